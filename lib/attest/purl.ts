/** What a package URL is made of. */
export interface PackageURL {
	readonly type: string;
	/** Parts with slashes between; `''` is none. */
	readonly namespace?: string;
	readonly name: string;
	readonly version?: string;
	/** Those that are undefined or empty are left out. */
	readonly qualifiers?: Readonly<Record<string, string | undefined>>;
}

/** A package URL as text, its qualifiers sorted: https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst */
export function packageURL({type, namespace = '', name, version = '', qualifiers = {}}: PackageURL): string {
	const path = [...namespace.split('/').filter(part => part !== ''), name].map(encode).join('/');
	const given = Object.entries(qualifiers).filter(([, value]) => value);
	const query = given
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([key, value = '']) => `${key}=${encode(value)}`)
		.join('&');
	return `pkg:${type}/${path}${version && `@${encode(version)}`}${query && `?${query}`}`;
}

/** All but letters, digits and `.-_~` is encoded; a colon is not. */
function encode(text: string): string {
	return encodeURIComponent(text)
		.replaceAll('%3A', ':')
		.replace(/[!'()*]/g, character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
