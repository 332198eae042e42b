"""A gate in words: whom a page and a group admit."""

from auth.access import Access, Gate


def gate_in_words(rule: Gate | None, names: dict[str, str]) -> str:
    """Who a gate lets in; `names` are the groups' labels by key."""
    if rule is None:
        return 'Site admins only: no gate yet'
    if rule.access is Access.PUBLIC:
        return 'Everyone'
    if rule.access is Access.SIGNED_IN:
        return 'Everyone who is signed in'
    return 'Members of ' + ', and of '.join(
        ' or '.join(sorted(names.get(key, key) for key in keys)) for keys in rule.demands()
    )


def group_in_words(roles: tuple[str, ...]) -> str:
    """Whom a group admits: those who hold ALL its roles, and nobody when it has none."""
    return f'A member holds all of: {", ".join(roles)}' if roles else 'Admits nobody: it has no roles'
