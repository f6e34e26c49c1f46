"""刑事案件智能咨询: facts in, candidate charges with their elements, articles, stage, rights and next steps out."""
