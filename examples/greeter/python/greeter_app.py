"""The greeter in Python. An exported interface is a class of its name.

The module `wit_world` is made from the WIT when the component is built.
"""

from wit_world import exports
from wit_world.exports.greeter import Person
from wit_world.imports import log
from wit_world.imports.log import Level

HELLOS = {"en": "Hello", "eo": "Saluton", "fr": "Bonjour"}


class Greeter(exports.Greeter):
    def greet(self, name: str) -> str:
        return f"Hello, {name}!"

    def greet_all(self, people: list[Person]) -> list[str]:
        return [greeting(person) for person in people]


def greeting(person: Person) -> str:
    known = next((language for language in person.languages if language in HELLOS), "en")
    text = f"{HELLOS[known]}, {person.name}!"
    log.write(Level.INFO, text)
    return text
