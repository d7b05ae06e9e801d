import {existsSync} from 'node:fs';
import {oraScreen} from '../../../lib/cli/report/screen.ts';
import {ttyReporter} from '../../../lib/cli/report/tty.ts';
import {begin, end, over, plainStyle, plan, print, started} from '../events.ts';

/*
 * Shows a build on the terminal it is started on: 30 finished steps, then one that runs, and prints a line at each
 * tick, until the file named by the first argument is there.
 */
const [file = ''] = process.argv.slice(2);
const labels = Array.from({length: 32}, (_, index) => `${index + 1}/32 run RUN step ${index + 1}`);
const reporter = ttyReporter(oraScreen(process.stderr, plainStyle), {
	now: () => performance.now(),
	closing: () => ['the end'],
	style: plainStyle,
	logLines: 4,
});

reporter.event(started());
reporter.event(plan(...labels));
for (let step = 1; step <= 30; step += 1) {
	reporter.event(begin(step, `s${step}`));
	reporter.event(end(step, `s${step}`, {result: 'done', ms: 100}));
}
reporter.event(begin(31, 's31'));
let count = 0;
const ticking = setInterval(() => {
	count += 1;
	reporter.event(print(31 + count, 's31', `line ${count} ${'of output '.repeat(20)}\n`));
	reporter.tick();
	if (!existsSync(file)) return;
	clearInterval(ticking);
	reporter.event(end(9000, 's31', {result: 'done', ms: 100}));
	reporter.event(end(9001, 's32', {result: 'done', ms: 100}));
	reporter.event(over(9002));
	reporter.end();
}, 50);
