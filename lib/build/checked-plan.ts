import type {Finding} from '../dockerfile/lint/linter.ts';
import {stagesOf} from '../plan/platforms.ts';
import {refuseNotAllowed} from './entitlements.ts';
import {checkFailure, chosenChecks, lintDesk, lintWarnings} from './lint.ts';
import {makePlans, type Planned, type PlanSources, readContexts} from './planning.ts';
import {missingDeviceWarnings, planEvent, unknownStageWarnings, unusedArgWarnings} from './report.ts';
import type {Request} from './request.ts';

/** Plans, and tells what is to be told before the first step: of warnings also if there is no plan, or none that may be built. */
export async function planChecked(request: Request, sources: PlanSources): Promise<Planned> {
	const {contexts, events} = sources;
	const desk = readContexts(request, sources);
	const checks = chosenChecks(desk);
	const lint = () => lintDesk(desk, {checks, isExcluded: contexts.main.isExcluded, everyStage: false}).findings;
	const warn = (findings: readonly Finding[]) => {
		for (const warning of lintWarnings(findings, desk.source)) events.emit(warning);
	};
	const planned = await makePlans(desk).catch(error => {
		warn(lint());
		throw error;
	});
	const {plans} = planned;
	refuseNotAllowed(stagesOf(plans), request.allow);
	const findings = lint();
	const failure = checkFailure(findings, checks);
	if (!failure) events.emit(planEvent(plans));
	for (const warning of unusedArgWarnings(plans)) events.emit(warning);
	for (const warning of unknownStageWarnings(stagesOf(plans), request.noCache)) events.emit(warning);
	for (const warning of missingDeviceWarnings(stagesOf(plans), desk.source)) events.emit(warning);
	warn(findings);
	if (failure) throw failure;
	return planned;
}
