"""fastapi-users as its documentation sets it up (JWT, SQLAlchemy, aiosqlite), for bench/api_me.py: `users_me.py PORT`.

It runs in an environment of its own, with nothing of ours.
"""

# These libraries are in that environment alone.
# mypy: ignore-errors

import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

import uvicorn
from fastapi import Depends, FastAPI
from fastapi_users import BaseUserManager, FastAPIUsers, UUIDIDMixin, schemas
from fastapi_users.authentication import AuthenticationBackend, BearerTransport, JWTStrategy
from fastapi_users.db import SQLAlchemyBaseUserTableUUID, SQLAlchemyUserDatabase
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

SECRET = 'a secret of this benchmark, 32 bytes and more'


class Base(DeclarativeBase):
    pass


class User(SQLAlchemyBaseUserTableUUID, Base):
    pass


# A connection for each that asks: with the pool's usual 5 it opens and closes one for every other request.
engine = create_async_engine('sqlite+aiosqlite:///users.sqlite3', pool_size=16)
make_session = async_sessionmaker(engine, expire_on_commit=False)


async def get_session() -> AsyncIterator[AsyncSession]:
    async with make_session() as session:
        yield session


async def get_database(session: Annotated[AsyncSession, Depends(get_session)]) -> AsyncIterator[SQLAlchemyUserDatabase]:
    yield SQLAlchemyUserDatabase(session, User)


class Manager(UUIDIDMixin, BaseUserManager[User, uuid.UUID]):
    reset_password_token_secret = verification_token_secret = SECRET


async def get_manager(database: Annotated[SQLAlchemyUserDatabase, Depends(get_database)]) -> AsyncIterator[Manager]:
    yield Manager(database)


def get_strategy() -> JWTStrategy:
    return JWTStrategy(secret=SECRET, lifetime_seconds=3600)


backend = AuthenticationBackend('jwt', BearerTransport('login'), get_strategy)
users = FastAPIUsers[User, uuid.UUID](get_manager, [backend])


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    yield


app = FastAPI(lifespan=lifespan)
app.include_router(users.get_auth_router(backend))
app.include_router(users.get_register_router(schemas.BaseUser[uuid.UUID], schemas.BaseUserCreate))
app.include_router(users.get_users_router(schemas.BaseUser[uuid.UUID], schemas.BaseUserUpdate), prefix='/users')


@app.get('/healthz')
async def healthz() -> None:
    """The sign that it has started, as ours gives it."""


if __name__ == '__main__':
    # As ui/server.py runs ours.
    uvicorn.run(
        app, port=int(sys.argv[1]), log_level='warning', access_log=False, server_header=False, proxy_headers=False
    )
