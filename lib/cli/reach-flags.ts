import type {RegistryAccess} from '../index.ts';
import type {Arguments} from './command.ts';

/** How a command line wants registries to be reached: `--tls-verify`, `--cert-dir`, `--authfile`. */
export function reachOf(args: Arguments): RegistryAccess {
	const [certDir, authFile] = [args.text('cert-dir'), args.text('authfile')];
	const verifies = args.text('tls-verify');
	return {
		...(verifies === undefined ? {} : {tlsVerify: verifies === 'true'}),
		...(certDir === undefined ? {} : {certDir}),
		...(authFile === undefined ? {} : {authFile}),
	};
}
