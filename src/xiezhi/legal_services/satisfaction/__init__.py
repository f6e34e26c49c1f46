"""好差评: parties say how content they are with what the department did; bad ratings are called back and put right."""
