"""The first floor: rules and verbs. No web framework. A verb is async, takes plain values, raises `AuthError`."""
