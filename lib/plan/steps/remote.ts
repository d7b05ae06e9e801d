/** Whether a source of ADD is fetched: a URL, or a git repository as docker writes it (SURFACE ADD-3, ADD-4). */
export function isRemote(source: string): boolean {
	return /^(?:https?|git|ssh|ftp):\/\//.test(source) || isGit(source);
}

/** `git@host:path`, `github.com/owner/name`, and URLs that end in `.git`. */
export function isGit(source: string): boolean {
	return (
		/^(?:git|ssh):\/\//.test(source) ||
		/^git@[\w.-]+:/.test(source) ||
		/^github\.com\/[^/]+\/[^/]+/.test(source) ||
		/^https?:\/\/[^?#]+\.git(?:[?#]|$)/.test(source)
	);
}
