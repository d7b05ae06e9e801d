import {BlockList, isIP} from 'node:net';

/** Variables that name proxies, by https://curl.se/docs/manpage.html#ENVIRONMENT; lower case wins over upper case. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/** The proxy for `url`, if the environment names one. Loopback addresses are always asked directly. */
export function proxyFor(url: URL, env: ProxyEnvironment): URL | undefined {
	const scheme = url.protocol.slice(0, -1);
	const named = variable(env, `${scheme}_proxy`) ?? variable(env, 'all_proxy');
	if (!named || isLoopback(url.hostname) || isExempt(url, variable(env, 'no_proxy') ?? '')) return undefined;
	const proxy = named.includes('://') ? named : `http://${named}`;
	// socks proxies would need a protocol of their own
	return /^https?:/.test(proxy) && URL.canParse(proxy) ? new URL(proxy) : undefined;
}

/** Whether `hostname` is this machine by its name alone: `localhost`, 127.0.0.0/8 or [::1]. */
export function isLoopback(hostname: string): boolean {
	return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** `no_proxy` is a list of hosts, domains, `host:port` and networks; a domain stands for all below it, `*` for everything. */
function isExempt(url: URL, list: string): boolean {
	const entries = list.split(/[\s,]+/).filter(Boolean);
	return entries.some(entry => entry === '*' || isBelow(url, entry.toLowerCase()) || isWithin(url, entry));
}

/** Whether `url` has the address of a host in a network: `10.0.0.0/8`, `fd00::/8`, or one address. */
function isWithin({hostname}: URL, entry: string): boolean {
	const [network = '', length] = entry.split('/');
	const [host, address] = [hostname, network].map(text => text.replace(/^\[|\]$/g, '')) as [string, string];
	const version = isIP(address);
	const longest = version === 4 ? 32 : 128;
	const bits = length === undefined ? longest : Number(length);
	if (version === 0 || isIP(host) !== version || !/^\d+$/.test(length ?? '0') || bits > longest) return false;
	const family = version === 4 ? 'ipv4' : 'ipv6';
	const list = new BlockList();
	list.addSubnet(address, bits, family);
	return list.check(host, family);
}

function isBelow(url: URL, entry: string): boolean {
	const [, domain = '', port] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
	const actualPort = url.port || (url.protocol === 'http:' ? '80' : '443');
	if (port !== undefined && port !== actualPort) return false;
	return url.hostname === domain || url.hostname.endsWith(`.${domain}`);
}

function variable(env: ProxyEnvironment, name: string): string | undefined {
	return env[name] || env[name.toUpperCase()] || undefined;
}
