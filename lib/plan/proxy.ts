const kinds = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'] as const;

/** Whether a build arg is one of the proxy variables, which need no ARG (SURFACE ARG-3). */
export function isProxy(name: string): boolean {
	return kinds.some(kind => kind === name.toUpperCase());
}

/** The proxies that build args name, in both cases, as programs differ in which they read. Lower case goes first. */
export function proxyEnvironment(buildArgs: ReadonlyMap<string, string>): readonly string[] {
	return kinds.flatMap(kind => {
		const given = [...buildArgs.keys()].filter(name => name.toUpperCase() === kind).sort();
		const value = buildArgs.get(given.at(-1) ?? kind);
		return value ? [`${kind}=${value}`, `${kind.toLowerCase()}=${value}`] : [];
	});
}
