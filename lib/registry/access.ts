import type {Login} from './login.ts';

/** How a registry is reached, where that is not the usual way. */
export interface RegistryAccess {
	/**
	 * `false`: with any certificate, or by http. `true`: by https alone, also on this machine. Default: by https, but for names of this
	 * machine, and where registries.conf says otherwise.
	 */
	readonly tlsVerify?: boolean;
	/** A folder of authorities (`*.crt`) and of certificates to show (`*.cert` and `*.key`). Default: that of the registry in certs.d. */
	readonly certDir?: string;
	/** Shown in the place of what is kept. */
	readonly login?: Login;
	/** The file with logins, in the place of docker's and podman's. */
	readonly authFile?: string;
}
