"""What a change to roles or groups would do, in sentences."""

from auth.admin.effects import DoorEffect, Effects, GroupEffect, People


def people_in_words(people: People) -> str:
    """How many, and who: `nobody`, `1 person (ann@…)`, `12 people (ann@…, bob@… and 10 more)`."""
    if not people.count:
        return 'nobody'
    named = ', '.join(people.named)
    if people.is_capped:
        named += ' and many more'
    elif more := people.count - len(people.named):
        named += f' and {more:,} more'
    return f'{count_in_words(people)} ({named})'


def count_in_words(people: People) -> str:
    return '1 person' if people.count == 1 else f'{figure(people)} people'


def figure(people: People) -> str:
    """The number alone, for a table."""
    return f'{people.count - 1:,}+' if people.is_capped else f'{people.count:,}'


def of_role_deletion(effects: Effects) -> list[str]:
    """What becomes of people, groups and pages when a role is deleted."""
    held = effects.holders
    lines = [f'It is taken from {people_in_words(held)}.' if held.count else 'Nobody holds it.']
    lines += [_of_lessened_group(group) for group in effects.groups]
    return lines + _of_doors(effects)


def of_group_deletion(effects: Effects) -> list[str]:
    """The same for a group. People keep their roles."""
    members = next((group.leaves for group in effects.groups), People())
    return [f'Members now: {people_in_words(members)}. They keep their roles.', *_of_doors(effects)]


def of_new_roles(effects: Effects) -> list[str]:
    """The same for a group whose roles are chosen."""
    lines = []
    for group in effects.groups:
        lines += [f'{_sentence(people_in_words(group.joins))} will join the group.'] if group.joins.count else []
        lines += [f'{_sentence(people_in_words(group.leaves))} will leave the group.'] if group.leaves.count else []
    return [*(lines or ['Nobody joins or leaves.']), *_of_doors(effects)]


def _of_lessened_group(group: GroupEffect) -> str:
    if group.is_left_empty:
        lost = f' It loses {people_in_words(group.leaves)}.' if group.leaves.count else ''
        return f'Group "{group.name}" asks for no role any more: it admits nobody.{lost}'
    return f'Group "{group.name}" asks for less, so it admits more people: {people_in_words(group.joins)} will join it.'


def _of_doors(effects: Effects) -> list[str]:
    return [line for door in effects.doors for line in _of_door(door)]


def _of_door(door: DoorEffect) -> list[str]:
    opens = [f'{_sentence(door.name)} opens to {people_in_words(door.opens)}.'] if door.opens.count else []
    closes = [f'{_sentence(door.name)} closes to {people_in_words(door.closes)}.'] if door.closes.count else []
    return opens + closes


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
