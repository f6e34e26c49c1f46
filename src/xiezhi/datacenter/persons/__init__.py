"""人员主题库: stable person ids, their history and the review desk."""
