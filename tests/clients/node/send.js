// Sends with one of the Node clients, as a program of its user would: NAME ADDRESS KEY PERSON COUNT.
// "Paid" is sent COUNT times, with numbers from 0.
"use strict";

const PAGE = "https://www.acme.example/pricing?utm=x";
const mail = (person) => `${person}@acme.example`;
const rest = (ms) => new Promise((done) => setTimeout(done, ms));

const clients = {
  async segment(address, key, person, count) {
    const { Analytics } = require("@segment/analytics-node");
    const client = new Analytics({ writeKey: key, host: address, httpRequestTimeout: 1000 });
    client.identify({ userId: person, anonymousId: `${person}-before`, traits: { email: mail(person), employees: 500 } });
    client.group({ userId: person, groupId: "acme", traits: { name: "Acme" } });
    client.page({ userId: person, name: "Pricing", properties: { url: PAGE } });
    for (let n = 0; n < count; n++) client.track({ userId: person, event: "Paid", properties: { n } });
    await client.closeAndFlush({ timeout: 40000 });
  },

  async rudderstack(address, key, person, count) {
    const Client = require("@rudderstack/rudder-sdk-node");
    const client = new Client(key, { dataPlaneUrl: address, timeout: 1000 });
    const before = `${person}-before`;
    const sent = [];
    const send = (type, message) => sent.push(new Promise((told) => client[type](message, told)));
    send("identify", { userId: person, anonymousId: before, traits: { email: mail(person), employees: 500 } });
    send("group", { userId: person, groupId: "acme", traits: { name: "Acme" } });
    send("alias", { previousId: `${person}-former`, userId: person });
    send("page", { userId: person, name: "Pricing", properties: { url: PAGE } });
    for (let n = 0; n < count; n++) send("track", { userId: person, event: "Paid", properties: { n } });
    let done = false;
    Promise.all(sent).then(() => (done = true));
    for (let tries = 0; tries < 300 && !done; tries++) {
      await client.flush().catch(() => {});
      await rest(100);
    }
  },

  async posthog(address, key, person, count) {
    const { PostHog } = require("posthog-node");
    const client = new PostHog(key, { host: address, requestTimeout: 1000, fetchRetryDelay: 200 });
    client.identify({ distinctId: person, properties: { email: mail(person), employees: 500 } });
    client.groupIdentify({ groupType: "company", groupKey: "acme", properties: { name: "Acme" } });
    client.alias({ distinctId: person, alias: `${person}-before` });
    client.capture({ distinctId: person, event: "$pageview", properties: { $current_url: PAGE } });
    for (let n = 0; n < count; n++) client.capture({ distinctId: person, event: "Paid", properties: { n } });
    await client.shutdown(40000);
  },

  async mixpanel(address, key, person, count) {
    const host = new URL(address).host;
    const client = require("mixpanel").init(key, { host, protocol: "http" });
    const done = (start) => new Promise((resolve) => start(resolve));
    await done((told) => client.people.set(person, { $email: mail(person), employees: 500 }, told));
    await done((told) => client.groups.set("company", "acme", { name: "Acme" }, told));
    await done((told) => client.track("$mp_web_page_view", { distinct_id: person, current_url_path: "/pricing" }, told));
    await done((told) => client.track("Paid", { distinct_id: person, n: 0, $insert_id: `${person} 0` }, told));
    const events = [];
    for (let n = 1; n < count; n++) {
      events.push({ event: "Paid", properties: { distinct_id: person, n, $insert_id: `${person} ${n}` } });
    }
    await done((told) => client.track_batch(events, { max_batch_size: 50 }, told));
  },

  async amplitude(address, key, person, count) {
    const amplitude = require("@amplitude/analytics-node");
    await amplitude.init(key, { serverUrl: `${address}/2/httpapi`, flushIntervalMillis: 200, logLevel: 0 }).promise;
    const known = new amplitude.Identify().set("email", mail(person)).set("employees", 500);
    const sent = [amplitude.identify(known, { user_id: person, device_id: `${person}-before` }).promise];
    sent.push(amplitude.track("[Amplitude] Page Viewed", { "[Amplitude] Page URL": PAGE }, { user_id: person }).promise);
    for (let n = 0; n < count; n++) sent.push(amplitude.track("Paid", { n }, { user_id: person }).promise);
    await Promise.race([Promise.all(sent), rest(40000)]);
  },

  async snowplow(address, key, person, count) {
    const { newTracker, buildPageView, buildSelfDescribingEvent } = require("@snowplow/node-tracker");
    let waiting = count + 1;
    const tracker = newTracker(
      { namespace: "shop", appId: key, encodeBase64: false },
      { endpoint: address, bufferSize: 10, connectionTimeout: 1000, onRequestSuccess: (events) => (waiting -= events.length) },
    );
    tracker.setUserId(person);
    tracker.track(buildPageView({ pageUrl: PAGE, pageTitle: "Pricing" }));
    for (let n = 0; n < count; n++) {
      tracker.track(buildSelfDescribingEvent({ event: { schema: "iglu:com.acme/Paid/jsonschema/1-0-0", data: { n } } }));
    }
    for (let tries = 0; tries < 100 && waiting > 0; tries++) {
      await tracker.flush();
      await rest(100);
    }
  },

  async jitsu(address, key, person, count) {
    const { jitsuAnalytics } = require("@jitsu/js");
    const client = jitsuAnalytics({ host: address, writeKey: `leadwright:${key}`, s2s: true, fetchTimeoutMs: 1000 });
    await client.identify(person, { email: mail(person), employees: 500 });
    await client.group("acme", { name: "Acme" });
    await client.page({ name: "Pricing", url: PAGE });
    for (let n = 0; n < count; n++) await client.track("Paid", { n });
  },

  async matomo(address, key, person, count) {
    const Tracker = require("matomo-tracker");
    const client = new Tracker(key, `${address}/matomo.php`);
    client.on("error", () => {});
    client.track({ url: PAGE, uid: person });
    const events = [];
    for (let n = 0; n < count; n++) {
      events.push({ url: PAGE, uid: person, e_c: "shop", e_a: "Paid", e_n: `${n}` });
    }
    await Promise.race([new Promise((told) => client.trackBulk(events, told)), rest(5000)]);
  },

  async cloudevents(address, key, person, count) {
    const { CloudEvent, HTTP } = require("cloudevents");
    const post = async (headers, body) => {
      for (let tries = 0; tries < 5; tries++) {
        try {
          const answer = await fetch(`${address}/api/v1/cloudevents`, {
            method: "POST",
            headers: { ...headers, authorization: `Bearer ${key}` },
            body,
            signal: AbortSignal.timeout(1000),
          });
          if (answer.status === 200) return;
        } catch {
          continue;
        }
      }
    };
    const event = (n) => new CloudEvent({ id: `${n}`, type: "Paid", source: "/shop", subject: person, data: { n } });
    for (let n = 0; n < 2; n++) {
      const message = (n ? HTTP.binary : HTTP.structured)(event(n));
      await post(message.headers, message.body);
    }
    const batch = [];
    for (let n = 2; n < count; n++) batch.push(event(n).toJSON());
    await post({ "content-type": "application/cloudevents-batch+json" }, JSON.stringify(batch));
  },
};

const [name, address, key, person, count] = process.argv.slice(2);
process.on("unhandledRejection", () => {});
clients[name](address, key, person, Number(count)).then(
  () => process.exit(0),
  (error) => {
    console.error(error);
    process.exit(1);
  },
);
