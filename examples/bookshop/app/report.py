"""How many orders there are, and who packed them."""

import shop

database = shop.connect()
[[orders]] = database.run("SELECT count(*) FROM orders")
[[packers]] = database.run("SELECT count(DISTINCT packed_by) FROM orders")
print(f"{orders} orders, packed by {packers} workers")
