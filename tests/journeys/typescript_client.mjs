// An agent's program by the TypeScript SDK of the protocol's authors: lists the tools, calls one, and
// prints both as JSON. The folder of the SDK, the address, the API key, and the call come by the environment.
const { SDK, URL: address, KEY, CALL } = process.env;
const { Client } = await import(`${SDK}/dist/esm/client/index.js`);
const { StreamableHTTPClientTransport } = await import(`${SDK}/dist/esm/client/streamableHttp.js`);

const client = new Client({ name: "visit-keeper", version: "1" });
const headers = { Authorization: `Bearer ${KEY}` };
await client.connect(new StreamableHTTPClientTransport(new URL(address), { requestInit: { headers } }));
const { tools } = await client.listTools();
const result = await client.callTool(JSON.parse(CALL));
console.log(JSON.stringify({ tools: tools.map((each) => each.name), result }));
await client.close();
