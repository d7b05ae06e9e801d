/** A URL as it may be told: a login in it is a secret. What is no URL stays as it is. */
export function withoutLogin(url: string): string {
	return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, '$1');
}
