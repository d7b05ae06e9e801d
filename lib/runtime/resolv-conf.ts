/** What a RUN is to use in place of what the resolv.conf of the machine says; an empty list leaves it as it is. */
export interface Dns {
	readonly servers: readonly string[];
	readonly search: readonly string[];
	readonly options: readonly string[];
}

/** /etc/resolv.conf of a RUN: that of the machine, with other servers, domains and options. https://man7.org/linux/man-pages/man5/resolv.conf.5.html */
export function resolvConf(machine: string, {servers, search, options}: Dns): string {
	const replaced = [
		...(servers.length > 0 ? ['nameserver'] : []),
		...(search.length > 0 ? ['search', 'domain'] : []),
		...(options.length > 0 ? ['options'] : []),
	];
	if (replaced.length === 0) return machine;
	const kept = machine.split('\n').filter(line => line !== '' && !replaced.includes(line.split(/\s/)[0] ?? ''));
	const own = [
		...servers.map(server => `nameserver ${server}`),
		...(search.length > 0 ? [`search ${search.join(' ')}`] : []),
		...(options.length > 0 ? [`options ${options.join(' ')}`] : []),
	];
	return `${[...kept, ...own].join('\n')}\n`;
}
