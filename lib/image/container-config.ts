import type {ContainerConfig} from '../oci/image.ts';
import type {ConfigChange} from '../plan/plan.ts';

/** What RUN and config get when an image names no PATH (SURFACE FRM-7). */
export const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A container config, and whether a CMD of this stage stands in it: an ENTRYPOINT clears only an inherited one (SURFACE ENT-1). */
export interface Draft {
	readonly container: ContainerConfig;
	readonly ownCmd: boolean;
}

/** The config after one change. Nothing of `draft` is altered. */
export function applyChange(draft: Draft, change: ConfigChange): Draft {
	const container = draft.container;
	switch (change.set) {
		case 'arg':
		case 'author':
			return draft;
		case 'cmd':
			// ArgsEscaped whatever the form, as BuildKit and docker write it (SURFACE CMD-1).
			return {container: {...container, Cmd: change.argv, ArgsEscaped: true}, ownCmd: true};
		case 'entrypoint': {
			const {Cmd: inherited, ...rest} = container;
			const entered = {...rest, Entrypoint: change.argv};
			return {...draft, container: draft.ownCmd && inherited ? {...entered, Cmd: inherited} : entered};
		}
		default:
			return {...draft, container: {...container, ...changedFields(container, change)}};
	}
}

type FieldChange = Exclude<ConfigChange, {set: 'arg' | 'author' | 'cmd' | 'entrypoint'}>;

function changedFields(container: ContainerConfig, change: FieldChange): ContainerConfig {
	switch (change.set) {
		case 'env':
			return {Env: change.values.reduce<readonly string[]>(withVariable, container.Env ?? [])};
		case 'labels':
			return {Labels: {...container.Labels, ...Object.fromEntries(change.values)}};
		case 'workdir':
			return {WorkingDir: change.path};
		case 'user':
			return {User: change.user};
		case 'ports':
			return {ExposedPorts: withKeys(container.ExposedPorts, change.ports)};
		case 'volumes':
			return {Volumes: withKeys(container.Volumes, change.paths)};
		case 'shell':
			return {Shell: change.argv};
		case 'stop-signal':
			return {StopSignal: change.signal};
		case 'healthcheck':
			return {Healthcheck: change.healthcheck};
		case 'onbuild':
			return {OnBuild: [...(container.OnBuild ?? []), change.trigger]};
	}
}

/** A variable that is there keeps its place (SURFACE ENV-1). */
function withVariable(env: readonly string[], [name, value]: readonly [string, string]): readonly string[] {
	const at = env.findIndex(variable => variable.split('=', 1)[0] === name);
	return at === -1 ? [...env, `${name}=${value}`] : env.with(at, `${name}=${value}`);
}

function withKeys(set: Readonly<Record<string, object>> | undefined, keys: readonly string[]) {
	return {...set, ...Object.fromEntries(keys.map(key => [key, {}]))};
}
