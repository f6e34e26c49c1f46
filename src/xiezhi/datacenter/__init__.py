"""数据资源中心: collect, govern, link, exchange and open the data of the province (requirement rows R07, R08, R18, R21)."""
