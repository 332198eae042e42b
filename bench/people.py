"""Many people with five roles each, put into a database by its own statements: a million take a minute or two.

Of `people` there are 200 with the role Rare, 200 blocked, 200 without a password, 200 unverified and 200 called Zyx,
spread evenly, whatever their number; everybody has the role Everyone, half of them Even or Odd, a tenth each of ten
roles more, a hundredth and a thousandth each of others. A third was never seen.
"""

import asyncio
import sqlite3
from contextlib import closing

import asyncpg

FIRST = ('ada', 'bea', 'carl', 'dina', 'emil', 'frida', 'georg', 'hanna', 'ivan', 'jana', 'karl', 'lena', 'mia', 'nils',
         'olga', 'paul', 'rosa', 'sven', 'tina', 'ute')  # fmt: skip
LAST = ('abel', 'berg', 'conti', 'dubois', 'evans', 'fischer', 'garcia', 'hansen', 'ito', 'jansen', 'klein', 'larsen',
        'meyer', 'novak', 'olsen', 'petrov')  # fmt: skip
SELECTIVE = 200

GROUPED = (2, 10, 100, 1000)
ROLES = ['Rare', 'Everyone', *(f'Of {of}: {number}' for of in GROUPED for number in range(of))]


def first_role(of: int) -> int:
    """The id of the first of the roles that are held by every so manieth person."""
    return 3 + sum(other for other in GROUPED if other < of)


def person_rows(people: int, *, uid: str, moment: str, chars: str) -> str:
    """An INSERT … SELECT over `n`, which is 1 to `people`. What the two databases say differently is given."""
    step = max(people // SELECTIVE, 5)
    first = 'CASE n % 20 ' + ' '.join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(FIRST)) + ' END'
    last = 'CASE n / 20 % 16 ' + ' '.join(f"WHEN {i} THEN '{name}'" for i, name in enumerate(LAST)) + ' END'
    return f"""
        INSERT INTO user_account (id, uid, email, email_key, name, name_key, password_hash, verified_at, blocked_at,
                                  attributes, created_at, last_seen_at, version)
        SELECT n, {uid}, mail, mail, name, name, CASE WHEN n % {step} = 1 THEN NULL ELSE {chars} END,
               CASE WHEN n % {step} = 2 THEN NULL ELSE {moment.format(0)} END,
               CASE WHEN n % {step} = 3 THEN {moment.format(0)} END, '{{}}', {moment.format('n')},
               CASE WHEN n % 3 > 0 THEN {moment.format('n * 7919 % 10000019')} END, 1
        FROM (SELECT n, {first} || '.' || {last} || (n * 48271 % 2147483647) || '@example.com' AS mail,
                     {first} || ' ' || CASE WHEN n % {step} = 4 THEN 'zyx' ELSE {last} END || ' ' || (n % 977) AS name
              FROM numbers) AS made"""


def role_rows(people: int, moment: str) -> str:
    step = max(people // SELECTIVE, 5)
    anyhow = '(n * 2654435761 % 4294967291)'  # what somebody holds has nothing to do with how they are called
    kinds = ['2', f'CASE WHEN n % {step} = 0 THEN 1 ELSE {first_role(1000)} + {anyhow} % 1000 END']
    kinds += [f'{first_role(of)} + {anyhow} / {of} % {of}' for of in (2, 10, 100)]
    each = ' UNION ALL '.join(f'SELECT n, {kind} AS role_id FROM numbers' for kind in kinds)
    return (
        f'INSERT INTO user_role (user_id, role_id, created_at) SELECT n, role_id, {moment.format(0)} '
        f'FROM ({each}) AS made ORDER BY n'
    )


def fill_sqlite(path: str, people: int) -> None:
    moment = "strftime('%Y-%m-%d %H:%M:%S', 1700000000 + {}, 'unixepoch') || '+00:00'"
    numbers = (
        'CREATE TEMP TABLE numbers AS WITH RECURSIVE c(n) AS '
        f'(SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {people}) SELECT n FROM c'
    )
    uid = "printf('00000000-0000-7000-8000-%012x', n)"
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute('PRAGMA synchronous=OFF')
        connection.execute('PRAGMA cache_size=-400000')
        connection.executemany(
            'INSERT INTO role (id, uid, key, name, name_key, in_code, created_at) VALUES (?, ?, ?, ?, ?, 0, ?)',
            [(i, f'00000000-0000-7000-9000-{i:012x}', r, r, r.lower(), '2026-01-01 00:00:00+00:00')
             for i, r in enumerate(ROLES, 1)],
        )  # fmt: skip
        connection.execute(numbers)
        connection.execute(person_rows(people, uid=uid, moment=moment, chars="printf('%060d', n)"))
        connection.execute(role_rows(people, moment))


async def fill_postgres(url: str, people: int) -> None:
    moment = 'to_timestamp(1700000000 + {})'
    connection = await asyncpg.connect(url)
    try:
        await connection.execute('SET session_replication_role = replica')  # 10 million looks at keys that are right
        await connection.executemany(
            'INSERT INTO role (id, uid, key, name, name_key, in_code, created_at) '
            'VALUES ($1, $2, $3, $3, $4, false, now())',
            [(i, f'00000000-0000-7000-9000-{i:012x}', r, r.lower()) for i, r in enumerate(ROLES, 1)],
        )
        await connection.execute(
            f'CREATE TEMP TABLE numbers AS SELECT n::bigint FROM generate_series(1, {people}) AS n'
        )
        uid = "('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
        await connection.execute(person_rows(people, uid=uid, moment=moment, chars="lpad(n::text, 60, '0')"))
        await connection.execute(role_rows(people, moment))
        await connection.execute('VACUUM ANALYZE')
    finally:
        await connection.close()


async def fill(url: str, people: int) -> None:
    """Put them into an empty database with all tables."""
    if url.startswith('sqlite'):
        await asyncio.to_thread(fill_sqlite, url.removeprefix('sqlite:///'), people)
    else:
        await fill_postgres(url, people)
