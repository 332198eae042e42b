"""The first floor: rules and verbs. No web framework; every verb is async, takes plain values and raises `AuthError`."""
