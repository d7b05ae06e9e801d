import test from 'ava';
import {lastStep} from './planning.ts';

/** Instructions, and the history texts that BuildKit writes for them (SURFACE HIS-1). */
const texts: readonly (readonly [instruction: string, createdBy: string])[] = [
	['RUN x', 'RUN /bin/sh -c x # buildkit'],
	['RUN ["x", "y z"]', 'RUN x y z # buildkit'],
	['ARG A=b\nRUN x', 'RUN |1 A=b /bin/sh -c x # buildkit'],
	['ARG foo=bar\nARG bar=123\nARG foo=bar2\nRUN ls', 'RUN |2 foo=bar2 bar=123 /bin/sh -c ls # buildkit'],
	['ARG A\nRUN x', 'RUN |1 A= /bin/sh -c x # buildkit'],
	['COPY a b /c/', 'COPY a b /c/ # buildkit'],
	['COPY --link --chown=1:2 --chmod=644 --exclude=x a b', 'COPY --chown=1:2 --chmod=644 a b # buildkit'],
	['COPY --parents a b', 'COPY --parents a b # buildkit'],
	['COPY <<EOF /a\nx\nEOF', 'COPY <<EOF /a # buildkit'],
	['ADD http://host/a /', 'ADD http://host/a / # buildkit'],
	['ENV A=b C="d e"', 'ENV A=b C=d e'],
	['ENV A b c', 'ENV A=b c'],
	['LABEL a="b" c=d', 'LABEL a=b c=d'],
	['ARG A=b C', 'ARG A=b C'],
	['WORKDIR x', 'WORKDIR /x'],
	['USER 1:2', 'USER 1:2'],
	['CMD ["a", "b\\"c\\n"]', 'CMD ["a" "b\\"c\\n"]'],
	['CMD a b', 'CMD ["/bin/sh" "-c" "a b"]'],
	['ENTRYPOINT ["a"]', 'ENTRYPOINT ["a"]'],
	['ENTRYPOINT []', 'ENTRYPOINT []'],
	['EXPOSE 80 443/UDP', 'EXPOSE [443/udp 80/tcp]'],
	['EXPOSE 8000-8002', 'EXPOSE [8000/tcp 8001/tcp 8002/tcp]'],
	['VOLUME /a /b', 'VOLUME [/a /b]'],
	['SHELL ["/bin/bash", "-c"]', 'SHELL [/bin/bash -c]'],
	['STOPSIGNAL SIGTERM', 'STOPSIGNAL SIGTERM'],
	['MAINTAINER me <me@x>', 'MAINTAINER me <me@x>'],
	[
		'HEALTHCHECK --interval=90s --timeout=1.5s --retries=3 CMD curl x',
		`HEALTHCHECK &{["CMD-SHELL" "curl x"] "1m30s" "1.5s" "0s" "0s" '\\x03'}`,
	],
	['HEALTHCHECK --retries=65 CMD ["a"]', `HEALTHCHECK &{["CMD" "a"] "0s" "0s" "0s" "0s" 'A'}`],
	['HEALTHCHECK --retries=39 CMD ["a"]', `HEALTHCHECK &{["CMD" "a"] "0s" "0s" "0s" "0s" '\\''}`],
	['HEALTHCHECK NONE', `HEALTHCHECK &{["NONE"] "0s" "0s" "0s" "0s" '\\x00'}`],
];

for (const [instruction, createdBy] of texts) {
	test(`the history says ${JSON.stringify(createdBy)}`, t => {
		t.is(lastStep(`FROM scratch\n${instruction}`).createdBy, createdBy);
	});
}

test('FROM and ONBUILD leave no entry in the history (ONB-1)', t => {
	t.is(lastStep('FROM scratch').createdBy, undefined);
	t.is(lastStep('FROM scratch\nONBUILD RUN x').createdBy, undefined);
});
