import {isIP} from 'node:net';
import {UsageError} from '../errors.ts';
import type {RunJob} from './job.ts';

/** How docker's users call the machine that they are on. A program of ours has its network, so it is where they are themselves. */
const gateway = 'host-gateway';
const thisMachine = '127.0.0.1';

/** `--add-host`: lines for /etc/hosts, names in lower case. A text that is no address, or no name, is a `UsageError`. */
export function checkHosts(hosts: Readonly<Record<string, string | readonly string[]>>): RunJob['hosts'] {
	return Object.entries(hosts).flatMap(([name, addresses]) =>
		[addresses].flat().map(address => ({
			name: checkName(name).toLowerCase(),
			address: address === gateway ? thisMachine : checkAddress('--add-host', address, `db:10.0.0.7`),
		})),
	);
}

/** An IPv4 or IPv6 address as it is; anything else is a `UsageError` about the flag. */
export function checkAddress(flag: string, address: string, example: string): string {
	if (isIP(address)) return address;
	throw new UsageError('BAD_ADDRESS', `${flag}: ${address || 'an empty text'} is no IP address`, {
		help: [`as in: ${flag} ${example}`],
	});
}

function checkName(name: string): string {
	if (/^[^\s#]+$/.test(name)) return name;
	throw new UsageError('BAD_HOST', `--add-host: ${JSON.stringify(name)} is no name of a host`, {
		help: ['as in: --add-host db:10.0.0.7'],
	});
}
