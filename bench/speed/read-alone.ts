/** What no gateway can do without: fetches the list and parses it, prints what that took (ms). */
const started = performance.now();
const response = await fetch(
  `${process.env['KOMET_BASE_URL']}/customer.list?authenticationToken=bench&includeInactive=1`,
);
JSON.parse(await response.text());
process.stdout.write(`${performance.now() - started}`);
