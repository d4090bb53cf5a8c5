"""Brings the tables to what the shop needs; running it again does nothing."""

import shop

STEPS = [
    "CREATE TABLE IF NOT EXISTS books (id serial PRIMARY KEY, title text UNIQUE NOT NULL)",
    """CREATE TABLE IF NOT EXISTS orders (
        id serial PRIMARY KEY, book int NOT NULL REFERENCES books, packed_by text
    )""",
    "INSERT INTO books (title) VALUES ('Middlemarch'), ('Solaris'), ('The Leopard') ON CONFLICT DO NOTHING",
]

database = shop.connect()
for step in STEPS:
    database.run(step)
print(f"migrated: {len(STEPS)} steps")
