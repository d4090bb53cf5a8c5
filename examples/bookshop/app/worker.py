"""Packs orders; several of it share the work, and no order is packed twice."""

import socket
import time

import shop

PACK = """
    UPDATE orders SET packed_by = :me
    WHERE id = (SELECT id FROM orders WHERE packed_by IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id
"""

me = socket.gethostname()
database = shop.connect()
print(f"{me} is ready")
while True:
    packed = database.run(PACK, me=me)
    for [id] in packed:
        print(f"packed order {id}")
    if not packed:
        time.sleep(0.2)
