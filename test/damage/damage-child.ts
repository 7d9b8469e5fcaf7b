// Prints what the data folder that it is given answers, as one line of JSON. It may die of it.

import { answersOf } from "./answers.js";

const [, , folder = ""] = process.argv;
process.stdout.write(`${JSON.stringify(await answersOf(folder))}\n`);
