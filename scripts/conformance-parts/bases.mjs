/** Which of the fixtures stands for a base. */
export function standIn(name) {
	if (/busybox/.test(name)) return 'busybox';
	if (/alpine/.test(name)) return 'alpine';
	return 'debian';
}

/** `--build-context` pairs for all bases that a case names, `[name, source]`. */
export function baseContexts({registry, bases}, dockerfile, buildArgs = {}) {
	const named = [...bases, ...fromNames(dockerfile, buildArgs)].filter(isBase);
	const usual = ['busybox', 'alpine', 'debian'];
	return [...new Set([...usual, ...named])].map(name => [name, `docker-image://${registry}/${standIn(name)}`]);
}

const stands = /(^|\/)(busybox|alpine|debian|ubuntu|fedora|centos|ubi)([:@]|$)/;

function isBase(name) {
	return stands.test(name) && !/[${}]/.test(name);
}

/** What FROM and `--from` name, with the build args and the defaults of ARG filled in. */
function fromNames(dockerfile, buildArgs) {
	const values = {};
	const expand = text => text.replaceAll(/["']/g, '').replaceAll(/\$\{?(\w+)\}?/g, (_, name) => values[name] ?? '');
	for (const [, name, value] of dockerfile.matchAll(/^\s*ARG\s+(\w+)(?:=(\S*))?/gim))
		values[name] ??= buildArgs[name] ?? expand(value ?? '');
	const names = [...dockerfile.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)|--from=(\S+)/gim)];
	return names.map(([, from, copy]) => expand(from ?? copy));
}
