"""The example: a car rental. Copy it, change the words, and serve it with `./run --pages my_pages.py`."""

from nicegui import ui

from auth.current_user import CurrentUser
from ui.gate import gated, group, page

group('Admin', roles=['Admin'])  # employees
group('Premium', roles=['Premium'])  # customers that get preferential treatment
group('Admin Premium', roles=['Admin', 'Premium'])  # who holds ALL roles of a group is in it

# Euros a day, kept in memory as the reservations are: a real rental would have a database.
CARS = {'Fiat 500': 29, 'Fiat Panda': 31, 'Seat Ibiza': 34, 'Skoda Fabia': 36, 'Toyota Yaris': 39, 'Opel Astra': 43}
CARS |= {'Ford Focus': 45, 'Kia Niro': 49, 'Ford Transit': 69, 'Mini Cooper': 72, 'Volvo V60': 79, 'Tesla Model 3': 89}
BEST_CARS = {'BMW 5 Series': 119, 'Mercedes E-Class': 129, 'Jaguar F-Type': 219, 'Porsche 911 Carrera': 289}
reserved: dict[str, str] = {}  # car -> the e-mail of who has it


def cards(cars: dict[str, int], email: str = '') -> None:  # without an e-mail, only to look at
    def reserve(car: str) -> None:
        holder = reserved.setdefault(car, email)
        ui.notify(f'The {car} is yours.' if holder == email else f'The {car} is taken. Please choose another one.')

    with ui.element('div').classes('grid w-full gap-4 sm:grid-cols-2 md:grid-cols-3'):
        for car, price in cars.items():
            with ui.card():
                ui.icon('directions_car', size='lg', color='primary')
                ui.label(car).classes('text-lg').props('role=heading aria-level=2')
                ui.label(f'{price} € a day')
                if email:
                    ui.button('Reserve', on_click=lambda car=car: reserve(car)).props(f'aria-label="Reserve {car}"')


@page('/', title='Car rental', access='public', icon='home', order=1)  # the title is the page's heading too
def home() -> None:
    ui.label('A dozen cars, from the small Fiat to the electric Tesla. Whoever is signed in can reserve one.')
    cards({car: CARS[car] for car in ('Fiat 500', 'Ford Focus', 'Tesla Model 3')})
    ui.link('See all cars', '/cars')
    days = ui.number('Days', value=3, min=1, max=60, precision=0)
    price = ui.label().props('role=status')

    def estimate() -> None:
        number = int(min(max(1, days.value), 60)) if isinstance(days.value, int | float) else 1  # anything can come
        cost = '1 day costs' if number == 1 else f'{number} days cost'
        price.text = f'{cost} from {number * min(CARS.values())} € to {number * max(CARS.values())} €.'

    ui.button('Estimate price', on_click=estimate)


def advert() -> None:
    ui.label('Premium customers find our best cars here, too.')


@gated(groups=['Premium'], otherwise=advert)  # a part of a page: it opens and closes by itself, in tabs that are open
def special_offer(email: str) -> None:
    ui.label('For you as a premium customer: our best car of the day.')
    cards({'BMW 5 Series': 99}, email)


@page('/cars', title='Our cars', access='signed-in', icon='directions_car', order=2)
def our_cars(user: CurrentUser) -> None:
    ui.label(f'Welcome, {user.name or user.email}. Which car shall it be?')
    special_offer(user.email)
    cards(CARS, user.email)


@page('/premium', title='Best cars', groups=['Premium'], icon='star', order=3)
def best_cars(user: CurrentUser) -> None:
    ui.label('Our best cars are kept for premium customers.')
    cards(BEST_CARS, user.email)


@page('/staff', title='Staff area', groups=['Admin'], icon='badge', order=4)
def staff() -> None:
    @ui.refreshable
    def reservations() -> None:
        ui.label(f'{len(reserved)} {"car is" if len(reserved) == 1 else "cars are"} reserved.').props('role=status')
        for car, email in reserved.items():
            ui.label(f'{car}: {email}')

    reservations()
    ui.button('All cars are back', on_click=lambda _: reserved.clear()).on_click(reservations.refresh)


@page('/staff/fleet', title='Fleet costs', groups=['Admin Premium'], icon='payments', order=5)
def fleet_costs() -> None:
    costs = {car: price * 4 for car, price in (CARS | BEST_CARS).items()}  # upkeep, euros a month
    rows = [{'Car': car, 'Upkeep a month': f'{cost} €'} for car, cost in costs.items()]
    ui.table(rows=rows, row_key='Car', column_defaults={'align': 'left'})
    ui.button('Add up', on_click=lambda: ui.notify(f'The fleet costs {sum(costs.values())} € a month.'))
