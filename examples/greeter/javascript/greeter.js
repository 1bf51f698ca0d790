// The greeter in JavaScript. An exported interface is an object of its name; names of WIT become camel case.

import { write } from "isorun:log/log@0.1.0";

const hellos = new Map([["en", "Hello"], ["eo", "Saluton"], ["fr", "Bonjour"]]);

export const greeter = {
    greet(name) {
        return `Hello, ${name}!`;
    },

    greetAll(people) {
        return people.map(greeting);
    },
};

function greeting({ name, languages }) {
    const known = languages.find((language) => hellos.has(language)) ?? "en";
    const greeting = `${hellos.get(known)}, ${name}!`;
    write("info", greeting);
    return greeting;
}
