// Reads a message from standard input as a receiver would: {body, headers, secret}, and prints what each library
// makes of it.

import { readFileSync } from "node:fs";
import { HTTP } from "cloudevents";
import { Webhook as Standard } from "standardwebhooks";
import { Webhook as Svix } from "svix";

const { body, headers, secret } = JSON.parse(readFileSync(0, "utf8"));
const judged = (Library) => {
  try {
    new Library(secret).verify(body, headers);
    return "verified";
  } catch (error) {
    return error.message;
  }
};
const event = HTTP.toEvent({ headers, body });
console.log(
  JSON.stringify({
    standard: judged(Standard),
    svix: judged(Svix),
    event: { id: event.id, type: event.type, subject: event.subject, time: event.time, data: event.data },
  }),
);
