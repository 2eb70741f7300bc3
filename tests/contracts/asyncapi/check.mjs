// Reads an AsyncAPI document on standard input and writes the parser's diagnostics as JSON.
import { Parser } from '@asyncapi/parser';

let text = '';
for await (const chunk of process.stdin) text += chunk;
const { document, diagnostics } = await new Parser().parse(text);
const found = diagnostics.map(({ code, severity, message, path }) => ({
  code,
  severity,
  message,
  path: path.join('/'),
}));
const channels = document ? document.channels().all().map((channel) => channel.address()) : [];
process.stdout.write(JSON.stringify({ parsed: document !== undefined, channels, diagnostics: found }));
