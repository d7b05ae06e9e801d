/** 12 hex digits of a digest. */
export function shortDigest(digest: string): string {
	return digest.replace(/^\w+:/, '').slice(0, 12);
}

/** Our home is written `$HOME`, so that a line can be pasted by others too. In single quotes it would not be expanded. */
export function tidyHome(text: string, home: string): string {
	if (home.length < 2 || text.includes("'")) return text;
	const place = home.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
	return text.replace(new RegExp(`(^|[\\s:="(])${place}(?=[/:\\s)"]|$)`, 'g'), '$1$$HOME');
}

/** A word as a shell takes it, our home in it as `$HOME`. */
export function pasteable(word: string, home: string): string {
	if (/["\\$`!']/.test(word)) return `'${word.replaceAll("'", "'\\''")}'`;
	const tidy = tidyHome(word, home);
	return /^[\w@%+=:,./$-]+$/.test(tidy) ? tidy : `"${tidy}"`;
}

/** `1 layer`, `2 layers`. */
export function plural(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
