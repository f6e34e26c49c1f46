"""上报与回流: changed rows from one deployment to another, with receipts."""
