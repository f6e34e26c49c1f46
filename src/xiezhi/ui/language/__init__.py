"""The second language of the faces: what is Chinese in the declarations is said in English when a page goes out.

`extract` finds every Chinese text in the sources, `catalog` keeps translations beside each app, `say` translates one text,
`page` a whole answer. Declarations know nothing of it: a new function brings its `locale` folder and is read in English.
"""
