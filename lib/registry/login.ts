/** What a registry is shown: a name and a password, or a token that the registry gave in exchange for them. */
export type Login =
	| {readonly username: string; readonly password: string}
	/** https://distribution.github.io/distribution/spec/auth/oauth/ */
	| {readonly identityToken: string};

/** `Basic …`; undefined for an identity token, which is shown to the authority for tokens alone. */
export function basicHeader(login: Login): string | undefined {
	if ('identityToken' in login) return undefined;
	return `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`;
}
