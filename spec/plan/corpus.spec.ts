import {applyChange} from '../../lib/image/container-config.ts';
import {parsePorts} from '../../lib/plan/ports.ts';
import {proxyEnvironment} from '../../lib/plan/proxy.ts';
import {scopeOf} from '../../lib/plan/scope.ts';
import {equals, testFamily} from '../dockerfile/cases.ts';
import {plan, runStep} from './planning.ts';

testFamily('expose', {
	'parse-port': equals(({input}) => parsePorts(input)),
	'parse-ports': equals(({input}) => input.flatMap(parsePorts)),
});

testFamily('shell-env', {
	getenv: equals(({input: {env, name}}) => scopeOf({Env: env}).environment.get(name) ?? ''),
});

testFamily('plan', {
	convert(t, given) {
		const {dockerfile = given.input, target} = given.input;
		const act = () => plan(dockerfile, target === undefined ? {} : {target});

		if (given.error) t.throws(act, {name: 'DockerfileError'});
		else t.notThrows(act);
	},
	'add-env': equals(({input: {env, key, value}}) => {
		const draft = {container: {Env: env}, ownCmd: false};
		return applyChange(draft, {set: 'env', values: [[key, value]]}).container.Env;
	}),
	// upstream's helper merges two lists; in a Dockerfile that is ARGs, then ENVs
	'merge-args-into-env': equals(({input: {args, env}}) => {
		const declared = (args as readonly [string, string | null][]).map(([name, value]) =>
			value === null ? `ARG ${name}` : `ARG ${name}=${value}`,
		);
		const set = (env as readonly string[]).map(variable => `ENV ${variable.includes('=') ? variable : `${variable}=`}`);
		const step = runStep(['FROM scratch', ...declared, ...set, 'RUN true'].join('\n'));
		return Object.fromEntries(
			step.env.map(variable => variable.split('=', 2) as [string, string]).filter(([name]) => name !== 'PATH'),
		);
	}),
	'proxy-env': equals(({input}) => {
		const proxies = proxyEnvironment(new Map(Object.entries(input as Record<string, string>)));
		const named = proxies
			.map(variable => variable.split('='))
			.filter(([name = '']) => name === name.toLowerCase())
			.map(([name = '', value]) => [name.replace('_proxy', ''), value]);
		return named.length > 0 ? Object.fromEntries(named) : null;
	}),
	'source-date-epoch-value': equals(
		({input}) => plan('FROM scratch', {buildArgs: {SOURCE_DATE_EPOCH: input as string}}).epoch,
	),
});
