#!/usr/bin/env node
import { doctor } from './commands/doctor.ts';
import { schema } from './commands/schema.ts';
import { start } from './commands/start.ts';
import { twin } from './commands/twin.ts';
import { type Command, CommandFailure, UsageError } from './commands/usage.ts';
import { ConfigError } from './config.ts';
import { version } from './version.ts';

const commands: Record<string, Command> = { start, twin, doctor, schema };

const overview = `komet-graphql: the customers of Komet Sales as a GraphQL graph

Commands
${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`)
  .join('\n')}

Each has --help. Example
  komet-graphql start
`;

async function main([name = '', ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || name === '-h' || name === 'help') return void process.stdout.write(overview);
  if (name === '--version' || name === '-v') return void process.stdout.write(`${version()}\n`);
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) throw new UsageError(name ? `there is no command ${JSON.stringify(name)}` : 'which command?');
  if (args.includes('--help') || args.includes('-h')) return void process.stdout.write(command.help());
  await command.run(args);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (error instanceof UsageError) {
    process.stderr.write(`komet-graphql: ${error.message}\nSee komet-graphql --help.\n`);
    process.exit(2);
  }
  if (error instanceof ConfigError) {
    process.stderr.write(`These settings cannot be used:\n${error.message.replace(/^/gm, '  ')}\n`);
    process.exit(2);
  }
  process.stderr.write(
    error instanceof CommandFailure
      ? `${error.message}\n`
      : `${error instanceof Error ? error.stack : error}\n`,
  );
  process.exit(1);
});
