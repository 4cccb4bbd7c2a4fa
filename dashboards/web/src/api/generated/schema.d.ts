/**
 * Types of the HTTP API, made from its OpenAPI document by scripts/write-openapi.ts. Do not edit; run
 * `node_modules/.bin/node scripts/write-openapi.ts` after a route has changed.
 */

export interface paths {
    "/api/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSession"];
        put?: never;
        post: operations["signIn"];
        delete: operations["signOut"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["setUp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getOverview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/dmas/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getDma"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/districts/{id}/balance": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getDistrictBalance"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/districts/{id}/around": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getDistrictSurroundings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/districts/{id}/pressure-limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getPressureLimits"];
        put: operations["setPressureLimits"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/districts/{id}/step-tests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listStepTests"];
        put?: never;
        post: operations["makeStepTest"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/step-tests/{id}/steps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["addStepTestStep"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/step-tests/{id}/steps/{stepId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["removeStepTestStep"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/holidays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listHolidays"];
        put?: never;
        post: operations["addHoliday"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/holidays/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["removeHoliday"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/holidays/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["restoreHoliday"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/holidays/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["importHolidays"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/map": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMap"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/anomalies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAnomalies"];
        put?: never;
        post: operations["reportEvent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/anomalies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAnomaly"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/anomalies/{id}/chart": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAnomalyChart"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/anomalies/{id}/false-alarm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["judgeFalseAlarm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/anomalies/{id}/planned": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["judgePlanned"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/anomalies/{id}/context": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAnomalyContext"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/anomalies/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["replayAnomaly"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/districts/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["replayDistrict"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alarms/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAlarmSummary"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alarms/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["acknowledgeAlarms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alarms/unacknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["unacknowledgeAlarms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alarms/shelve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["shelveAlarms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alarms/unshelve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["unshelveAlarms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/alarms/take-on": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["takeOnAlarms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/planned-work": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listPlannedWork"];
        put?: never;
        post: operations["planWork"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/planned-work/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["cancelPlannedWork"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/shift-log": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listShiftLog"];
        put?: never;
        post: operations["writeShiftNote"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/shift-log/facts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getShiftFacts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/shift-log/hand-over": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["handOverShift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/shift-log/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["acceptShift"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/shift-log/{id}/settle": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["settleShiftEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/shift-log/{id}/carry-on": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["carryOnShiftEntry"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/{code}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRuleVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/{code}/outcomes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRuleOutcomes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/{code}/settings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["setRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/{code}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["restoreRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/{code}/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["previewRule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/previews/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getRulePreview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/rules/previews/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["cancelRulePreview"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMeters"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMeter"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters/{id}/curve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMeterCurve"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters/{id}/curve.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["exportMeterCurve"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters/{id}/readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMeterReadings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters/{id}/intervals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listIntervals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters/{id}/edits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["editIntervals"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meters/{id}/edits/{edit}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undoIntervalEdit"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCollection"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collection/missing-readings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMissingReadings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/collection/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCollectionDays"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/fleet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listFleet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/fleet/{site}/{agent}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getFleetAgent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside/{list}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSetAside"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside/{list}/entries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["findSetAside"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside/{list}/reasons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["countSetAside"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getQuarantine"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside-decisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSetAsideDecisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside-decisions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getSetAsideDecision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside/{list}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["replaySetAside"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside/dead_letter/discard": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["discardDeadLetters"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/set-aside/conflict/keep-first": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["keepFirstValues"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["approveChannel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rejectChannel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/quarantine/undo-reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["undoRejectChannel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["findChannels"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/channels/stored": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getStored"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listDevices"];
        put?: never;
        /** Sets the profile of a device, or changes it. */
        post: operations["saveDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/devices/remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["removeDevice"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-configs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How the configuration of each agent stands: desired, applied, drift, refused, taken back. */
        get: operations["listAgentConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-configs/{site}/{agent}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAgentConfig"];
        put?: never;
        /** Keeps a new version and sends it to the agent, which checks it, tries it, and takes it back by itself. */
        post: operations["saveAgentConfig"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-configs/{site}/{agent}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed it, when, why, and what was different; newest first. */
        get: operations["listAgentConfigVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-configs/{site}/{agent}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAgentConfigVersion"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-configs/{site}/{agent}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is different between two versions. */
        get: operations["diffAgentConfigs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-configs/{site}/{agent}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Every fault of a configuration with its path, and what it would change; changes nothing. */
        post: operations["checkAgentConfig"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/agent-configs/{site}/{agent}/back": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Makes an older version the desired one again. */
        post: operations["goBackToAgentConfig"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meter-profiles": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listMeterProfiles"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meter-profiles/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getMeterProfile"];
        /** Keeps a new version; a profile whose telegrams do not decode to what the dial showed is refused. */
        put: operations["saveMeterProfile"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meter-profiles/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Every fault of a profile with its path, and what its captured telegrams decode to; changes nothing. */
        post: operations["checkMeterProfile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/meter-profiles/{name}/send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives agents the newest versions of the profiles that they name, as a new version of their configurations. */
        post: operations["sendMeterProfile"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Commands to agents with their states, newest first. */
        get: operations["listCommands"];
        put?: never;
        /** Has meters read now or missing readings read again, lines tried, a profile or a line tested. */
        post: operations["orderCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/commands/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getCommand"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/commands/certificate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Trusts or rejects the certificate that a device has shown to an agent. */
        post: operations["decideDeviceCertificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/commands/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Takes back a command that its agent has not got yet. */
        post: operations["cancelCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/commands/valve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Asks for a valve to be turned; a second person has to approve it. Not for protected places. */
        post: operations["orderValve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/commands/valve/protected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The same for a protected place (a hospital), with the reason why; a second person has to approve it too. */
        post: operations["orderProtectedValve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What waits for a second person, and what was decided; newest first. */
        get: operations["listApprovals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getApproval"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approves, as a second person; it goes to the agent at once. */
        post: operations["approveValve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/approvals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rejectValve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getEnrolment"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents with their certificates, by site and name. */
        get: operations["listEnrolledAgents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/notes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who let agents in, refused or revoked them, when and why; newest first. */
        get: operations["listEnrolmentNotes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/agents/{site}/{agent}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Puts an agent out at once; a token by its name lets it in again. */
        post: operations["revokeAgent"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Agents that nobody had announced, newest first. */
        get: operations["listEnrolmentRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/requests/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Lets an agent in, after its fingerprint was compared with what the gateway shows. */
        post: operations["approveEnrolment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/requests/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["rejectEnrolment"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listEnrolmentTokens"];
        put?: never;
        /** Makes a one-time token and shows it this once. */
        post: operations["makeEnrolmentToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["withdrawEnrolmentToken"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/authority": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The authority to trust; compare its fingerprint with one from elsewhere. */
        get: operations["getEnrolmentAuthority"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/revoked.crl.pem": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** For brokers that follow nothing else, such as Mosquitto. */
        get: operations["getRevocationList"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/join": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An agent asks for its certificate; asked again with the same key and token, it is answered the same. */
        post: operations["joinPlatform"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/join/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What became of a request that was held for approval. */
        post: operations["askAboutJoining"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/enrolment/renew": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** An agent gets its next certificate by proving that it holds the key of the one it has. */
        post: operations["renewCertificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listTickets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getTicket"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}/move": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["moveTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["assignTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/tickets/{id}/note": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["noteOnTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}/terms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAccountTerms"];
        put?: never;
        post: operations["setAccountTerms"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}/bands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAccountBands"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}/calendar/days": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["addAccountDays"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}/calendar/days/{dayId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["removeAccountDays"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}/calendar/import": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["importAccountCalendar"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}/curve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getAccountCurve"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/accounts/{id}/curve.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["exportAccountCurve"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listReports"];
        put?: never;
        /** Orders a monthly report. 200 instead of 202 when the same one is being made already. */
        post: operations["orderReport"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getReport"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/{id}/file.html": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getReportHtml"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/reports/{id}/file.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getReportCsv"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live events (SSE): anomaly, ticket, report, collection; data {id, subject, at}; resume by Last-Event-ID. */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** People who may be given tickets of the scope. */
        get: operations["listUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["countJobs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/queues": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listJobQueues"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/schedules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listJobSchedules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["getJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["retryJob"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Gives dead or cancelled jobs all their tries again. */
        post: operations["retryJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ends waiting jobs without a try; retrying takes it back. */
        post: operations["cancelJobs"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/jobs/{id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How a job gets on (SSE): event `job`, data as of the list, with every change until it is over. */
        get: operations["streamJob"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What is wrong and since when; rates, lag, windows, commit time, store, disk, queues, processes. */
        get: operations["getOperationsHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/history": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The last hour of some figures, as far as this API was running. */
        get: operations["getOperationsHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/operations/feed/{name}/forget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Keeps the feed no longer for a reader that is gone for good; one that lives is known again by itself. */
        post: operations["forgetFeedConsumer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        SignInInput: {
            login: string;
            password: string;
        };
        SetupInput: {
            token: string;
            login: string;
            password: string;
        };
        AcknowledgeInput: {
            ids: string[];
            note?: string;
        };
        AlarmIdsInput: {
            ids: string[];
        };
        ShelveInput: {
            ids: string[];
            forMinutes: number;
            reason: string;
        };
        TakeOnInput: {
            ids: string[];
            ownerId: string | null;
        };
        NewPlannedWorkInput: {
            /**
             * @default works
             * @enum {string}
             */
            kind: "works" | "out_of_service";
            /** @enum {string} */
            subjectKind: "dma" | "meter";
            subject: string;
            startsAt: number;
            endsAt: number;
            reason: string;
        };
        FalseAlarmInput: {
            reason: string;
            /**
             * @default unknown
             * @enum {string}
             */
            outcome: "confirmed_leak_network" | "confirmed_leak_customer" | "burst" | "meter_fault" | "comms_fault" | "data_error" | "planned_change" | "fire_or_flush" | "theft" | "normal_use" | "unknown";
        };
        PlannedUseInput: {
            reason: string;
        };
        ReportedEventInput: {
            /** @enum {string} */
            subjectKind: "meter" | "dma";
            subject: string;
            /** @enum {string} */
            rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            startsAt: number;
            note: string;
            rateM3h?: number;
        };
        NewStepTestStepInput: {
            subZone: string;
            closedAt: number;
            openedAt?: number;
        };
        NewStepTestInput: {
            /** @default  */
            note: string;
            /** @default [] */
            steps: components["schemas"]["NewStepTestStepInput"][];
        };
        IntervalEditInput: {
            from: number;
            to: number;
            /** @enum {string} */
            method: "manual" | "linear" | "like_day" | "class_profile" | "zero" | "missing";
            volumes?: number[];
            total?: number;
            reason: string;
            version: number;
        };
        IntervalUndoInput: {
            reason: string;
        };
        ReportOrderInput: {
            /** Format: uuid */
            accountId: string;
            month: string;
            /** @enum {string} */
            language: "zh" | "en";
        };
        RuleSettingBodyInput: {
            parameters: {
                [key: string]: number;
            };
            reason: string;
            basedOn: number;
        };
        RuleRestoreBodyInput: {
            version: number;
            reason: string;
            basedOn: number;
        };
        RulePreviewBodyInput: {
            parameters: {
                [key: string]: number;
            };
            from: number;
            to: number;
            /** @default null */
            dma: string | null;
        };
        NewShiftNoteInput: {
            text: string;
            /** Format: uuid */
            anomalyId?: string;
            /** @default false */
            isCarried: boolean;
        };
        HandOverInput: {
            text: string;
        };
        AcceptShiftInput: {
            /** @default  */
            text: string;
        };
        TicketMoveInput: {
            /** @enum {string} */
            to: "new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate";
            version: number;
            note?: string;
            cause?: string;
            result?: string;
            /** @enum {string} */
            outcome?: "confirmed_leak_network" | "confirmed_leak_customer" | "burst" | "meter_fault" | "comms_fault" | "data_error" | "planned_change" | "fire_or_flush" | "theft" | "normal_use" | "unknown";
            /** @enum {string} */
            followUpResult?: "satisfied" | "neutral" | "unsatisfied";
            /** @enum {string} */
            followUpExemption?: "unreachable" | "anonymous" | "internal";
        };
        TicketAssignInput: {
            assigneeId: string | null;
            version?: number;
        };
        TicketNoteInput: {
            note: string;
            /** @default false */
            isFollowUpAttempt: boolean;
        };
        ApiError: {
            code: string;
            message: string;
            details: unknown;
            remedy: string | null;
        };
        Words: {
            zh: string;
            en: string;
        };
        Session: {
            user: {
                /** Format: uuid */
                id: string;
                login: string;
                displayName: string;
            };
            /** @enum {string} */
            role: "admin" | "collector" | "control" | "manager" | "desk" | "auditor";
            permissions: ("public.any.use" | "session.own.use" | "monitor.overview.read" | "monitor.dma.read" | "monitor.event.read" | "monitor.event.judge" | "monitor.alarm.ack" | "monitor.alarm.shelve" | "monitor.work.plan" | "monitor.holiday.edit" | "monitor.rule.read" | "monitor.rule.tune" | "monitor.shift.read" | "monitor.shift.write" | "meter.meter.read" | "meter.curve.export" | "vee.interval.edit" | "collection.status.read" | "collection.agent.read" | "collection.set_aside.read" | "operations.health.read" | "operations.feed.forget" | "enrolment.agent.read" | "enrolment.token.make" | "enrolment.request.decide" | "enrolment.agent.revoke" | "collection.set_aside.decide" | "collection.config.read" | "collection.config.edit" | "collection.command.read" | "collection.command.order" | "collection.certificate.decide" | "collection.valve.order" | "collection.valve.approve" | "collection.valve.override" | "collection.device.edit" | "ticket.ticket.read" | "ticket.ticket.move" | "ticket.ticket.assign" | "ticket.ticket.note" | "account.account.read" | "account.terms.edit" | "report.usage.read" | "report.usage.order" | "live.event.read" | "system.job.read" | "system.job.retry" | "system.user.read" | "system.audit.read")[];
            unit: {
                /** Format: uuid */
                id: string;
                code: string;
                path: string;
                name: components["schemas"]["Words"];
            };
            language: ("zh" | "en") | null;
            zone: string;
            currency: string;
            now: number;
            clockFactor: number;
        };
        AccountDays: {
            /** Format: uuid */
            id: string;
            from: string;
            to: string;
            /** @enum {string} */
            kind: "shutdown" | "working";
            note: string;
            /** @enum {string} */
            source: "person" | "csv" | "ics";
            by: string | null;
            at: number;
        };
        AccountTerms: {
            version: number;
            thresholds: {
                /** @default null */
                deviations: number | null;
                /** @default null */
                aboveHours: number | null;
                /** @default null */
                belowHours: number | null;
                /** @default null */
                idleM3h: number | null;
                /** @default null */
                contractM3h: number | null;
                /** @default null */
                contractMinutes: number | null;
                /** @default null */
                contractM3Day: number | null;
                /** @default null */
                monthBudgetM3: number | null;
            };
            rules: {
                deviations: number;
                aboveHours: number;
                belowHours: number;
            };
            shifts: {
                weekday: number;
                fromMinute: number;
                toMinute: number;
            }[];
            days: components["schemas"]["AccountDays"][];
            versions: {
                version: number;
                reason: string;
                by: string | null;
                at: number;
            }[];
        };
        CalendarImport: {
            added: number;
            unchanged: number;
            faults: {
                line: number;
                /** @enum {string} */
                code: "date" | "order" | "kind" | "recurring" | "overlap" | "columns";
                text: string;
            }[];
        };
        AccountBands: {
            thresholds: {
                /** @default null */
                deviations: number | null;
                /** @default null */
                aboveHours: number | null;
                /** @default null */
                belowHours: number | null;
                /** @default null */
                idleM3h: number | null;
                /** @default null */
                contractM3h: number | null;
                /** @default null */
                contractMinutes: number | null;
                /** @default null */
                contractM3Day: number | null;
                /** @default null */
                monthBudgetM3: number | null;
            };
            hours: {
                startAt: number;
                /** @enum {string} */
                plan: "usual" | "off" | "shutdown" | "working";
                usual: number | null;
                low: number | null;
                high: number | null;
            }[];
        };
        MeterRow: {
            id: string;
            serial: string | null;
            maker: string | null;
            model: string;
            /** @enum {string} */
            purpose: "customer" | "dma" | "station";
            /** @enum {string} */
            commodity: "water" | "gas";
            dn: number | null;
            periodS: number;
            address: string;
            dmaId: string | null;
            customer: string | null;
            accountId: string | null;
            accountNo: string | null;
            agent: string | null;
            /** @enum {string} */
            status: "good" | "late" | "silent" | "never";
            lastValueAt: number | null;
            lastReadAt: number | null;
            lastQuality: ("good" | "suspect" | "missing") | null;
            register: number | null;
            unit: ("1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h") | null;
        };
        MeterPage: {
            items: components["schemas"]["MeterRow"][];
            nextCursor: string | null;
        };
        MeterChannel: {
            id: string;
            /** @enum {string} */
            quantity: "forward_total" | "reverse_total" | "net_total" | "vb_total" | "vm_total" | "flow" | "pressure" | "temperature" | "battery" | "valve" | "alarm_word";
            /** @enum {string} */
            unit: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
            resolution: number | null;
            agent: string | null;
            isMain: boolean;
            lastReadAt: number | null;
            lastQuality: ("good" | "suspect" | "missing") | null;
            value: number | null;
        };
        MeterDetail: {
            id: string;
            serial: string | null;
            maker: string | null;
            model: string;
            /** @enum {string} */
            purpose: "customer" | "dma" | "station";
            /** @enum {string} */
            commodity: "water" | "gas";
            dn: number | null;
            periodS: number;
            address: string;
            dmaId: string | null;
            customer: string | null;
            accountId: string | null;
            accountNo: string | null;
            agent: string | null;
            /** @enum {string} */
            status: "good" | "late" | "silent" | "never";
            lastValueAt: number | null;
            lastReadAt: number | null;
            lastQuality: ("good" | "suspect" | "missing") | null;
            register: number | null;
            unit: ("1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h") | null;
            q3M3h: number | null;
            q4M3h: number | null;
            capacityM3: number | null;
            state: string;
            zone: string;
            channels: components["schemas"]["MeterChannel"][];
        };
        CurvePoint: {
            startAt: number;
            endAt: number;
            volume: number | null;
            completeness: number;
            /** @enum {string} */
            quality: "good" | "estimated" | "suspect" | "missing";
        };
        UsageCurve: {
            from: number;
            to: number;
            zone: string;
            unit: ("m3" | "Sm3") | null;
            completeness: number;
            /** @enum {string} */
            step: "interval" | "hour" | "day" | "month";
            total: number | null;
            points: components["schemas"]["CurvePoint"][];
        };
        RegisterCurve: {
            from: number;
            to: number;
            zone: string;
            unit: ("m3" | "Sm3") | null;
            completeness: number;
            /** @constant */
            step: "raw";
            readAt: number[];
            register: (number | null)[];
            quality: ("good" | "suspect" | "missing")[];
        };
        MeterCurve: components["schemas"]["UsageCurve"] | components["schemas"]["RegisterCurve"];
        ReadingRow: {
            channel: string;
            /** @enum {string} */
            quantity: "forward_total" | "reverse_total" | "net_total" | "vb_total" | "vm_total" | "flow" | "pressure" | "temperature" | "battery" | "valve" | "alarm_word";
            /** @enum {string} */
            unit: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
            readAt: number;
            value: number | null;
            /** @enum {string} */
            quality: "good" | "suspect" | "missing";
            flags: ("gap" | "duplicate" | "out_of_order" | "future_time" | "clock_shift" | "spike" | "negative" | "rollover" | "frozen" | "flat" | "high" | "low" | "zero" | "sum_mismatch" | "unit_mismatch" | "multiplier_mismatch" | "reverse" | "over_q4" | "under_q1" | "comms_error" | "device_alarm" | "exchange" | "planned" | "interpolated" | "conflict" | "over_digits" | "timeout" | "exception" | "sentinel" | "disconnected" | "not_a_number" | "bad_status")[];
        };
        ReadingList: {
            items: components["schemas"]["ReadingRow"][];
            isCut: boolean;
        };
        AccountUsage: {
            /** @enum {string} */
            unit: "m3" | "Sm3";
            from: number;
            to: number;
            volume: number | null;
            previousVolume: number | null;
            change: number | null;
            completeness: number;
            previousCompleteness: number;
        };
        AccountRow: {
            /** Format: uuid */
            id: string;
            no: string;
            customer: string;
            category: string;
            commodity: ("water" | "gas") | null;
            isKeyAccount: boolean;
            manager: {
                /** Format: uuid */
                id: string;
                displayName: string;
            } | null;
            /** @enum {string} */
            status: "active" | "suspended" | "closed";
            usage: components["schemas"]["AccountUsage"] | null;
            openTickets: number;
            openEvents: number;
            lastReportAt: number | null;
        };
        AccountPage: {
            items: components["schemas"]["AccountRow"][];
            nextCursor: string | null;
        };
        AccountDetail: {
            /** Format: uuid */
            id: string;
            no: string;
            customer: string;
            category: string;
            commodity: ("water" | "gas") | null;
            isKeyAccount: boolean;
            manager: {
                /** Format: uuid */
                id: string;
                displayName: string;
            } | null;
            /** @enum {string} */
            status: "active" | "suspended" | "closed";
            usage: components["schemas"]["AccountUsage"] | null;
            openTickets: number;
            openEvents: number;
            lastReportAt: number | null;
            zone: string;
            currency: string;
            phone: string | null;
            /** @enum {string} */
            serviceClass: "vip" | "normal" | "restricted";
            tariff: {
                code: string;
                name: components["schemas"]["Words"];
                pricePerM3: number;
                currency: string;
            } | null;
            servicePoints: {
                /** Format: uuid */
                id: string;
                no: string;
                address: string;
                /** @enum {string} */
                commodity: "water" | "gas";
                dmaId: string | null;
                meters: {
                    id: string;
                    model: string;
                    serial: string | null;
                }[];
            }[];
            tickets: {
                /** Format: uuid */
                id: string;
                no: string;
                /** @enum {string} */
                kind: "enquiry" | "fault" | "complaint" | "anomaly" | "contact";
                /** @enum {string} */
                priority: "P1" | "P2" | "P3" | "P4";
                /** @enum {string} */
                state: "new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate";
                title: components["schemas"]["Words"];
                openedAt: number;
                resolveBy: number | null;
            }[];
        };
        AccountCurve: {
            current: components["schemas"]["UsageCurve"];
            previous: components["schemas"]["UsageCurve"] | null;
        };
        ConfigFault: {
            path: string;
            message: string;
            zh?: string;
        };
        IdChanges: {
            added: string[];
            removed: string[];
            changed: string[];
        };
        ConfigChanges: {
            buses: components["schemas"]["IdChanges"];
            channels: components["schemas"]["IdChanges"];
            other: string[];
        };
        ConfigVersion: {
            version: number;
            hash: string;
            madeAt: number;
            madeBy: string;
            reason: string;
            backTo: number | null;
            changes: components["schemas"]["ConfigChanges"];
        };
        ConfigVersionPage: {
            items: components["schemas"]["ConfigVersion"][];
            nextCursor: string | null;
        };
        ConfigVersionContent: {
            version: number;
            hash: string;
            madeAt: number;
            madeBy: string;
            reason: string;
            backTo: number | null;
            changes: components["schemas"]["ConfigChanges"];
            config: unknown;
        };
        AgentConfigRow: {
            site: string;
            agent: string;
            isOnline: boolean | null;
            /** @enum {string} */
            standing: "applied" | "waiting" | "trying" | "refused" | "rolled-back" | "drift" | "unmanaged";
            desired: components["schemas"]["ConfigVersion"] | null;
            applied: {
                hash: string;
                at: number;
                source: ("file" | "remote" | "none") | null;
                version: number | null;
                channels: number;
            } | null;
            result: {
                hash: string;
                /** @enum {string} */
                outcome: "trying" | "applied" | "refused" | "rolled-back";
                at: number;
                faults: string[];
                buses: {
                    kept: number;
                    opened: number;
                    closed: number;
                };
            } | null;
        };
        AgentConfigPage: {
            items: components["schemas"]["AgentConfigRow"][];
            nextCursor: string | null;
        };
        CheckedConfig: {
            faults: components["schemas"]["ConfigFault"][];
            changes: components["schemas"]["ConfigChanges"] | null;
        };
        Alarm: {
            /** @enum {string} */
            state: "active_unack" | "active_ack" | "cleared_unack" | "cleared_ack" | "shelved" | "suppressed" | "out_of_service";
            /** @enum {string} */
            priority: "safety" | "critical" | "major" | "minor" | "info";
            ackBy: number | null;
            ackedAt: number | null;
            ackedBy: string | null;
            ackNote: string | null;
            shelvedUntil: number | null;
            shelvedBy: string | null;
            shelveReason: string | null;
            owner: {
                /** Format: uuid */
                id: string;
                name: string;
            } | null;
            escalation: number;
            plannedWork: {
                /** @enum {string} */
                kind: "works" | "out_of_service";
                reason: string;
                endsAt: number;
            } | null;
            isChattering: boolean;
        };
        AlarmsChanged: {
            changed: string[];
            skipped: {
                /** Format: uuid */
                id: string;
                /** @enum {string} */
                why: "not_found" | "no_change";
            }[];
        };
        AlarmSummary: {
            at: number;
            unacknowledged: {
                [key: string]: number;
            };
            overdue: number;
            shelved: number;
            suppressed: number;
            flood: {
                count: number;
                moneyPerDay: number;
                groups: {
                    dmaId: string | null;
                    dmaName: components["schemas"]["Words"] | null;
                    /** @enum {string} */
                    rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
                    ruleName: components["schemas"]["Words"];
                    /** @enum {string} */
                    group: "leak" | "meter" | "comms" | "usage_change" | "safety";
                    ids: string[];
                    count: number;
                    moneyPerDay: number;
                    countedElsewhere: number;
                }[];
            } | null;
            budget: {
                perDay: number;
                handledToday: number;
                handledByMe: number;
            };
        };
        PlannedWork: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "works" | "out_of_service";
            /** @enum {string} */
            subjectKind: "dma" | "meter";
            subject: string;
            startsAt: number;
            endsAt: number;
            reason: string;
            madeBy: string;
            madeAt: number;
            cancelledAt: number | null;
            suppressedFindings: number;
        };
        PlannedWorkPage: {
            items: components["schemas"]["PlannedWork"][];
            nextCursor: string | null;
        };
        FlowNow: {
            flowM3h: number;
            startAt: number;
            endAt: number;
            /** @enum {string} */
            quality: "good" | "estimated" | "suspect" | "missing";
        };
        PressureNow: {
            lowestKpa: number;
            highestKpa: number;
            readAt: number;
            gauges: number;
        };
        Night: {
            night: string;
            mnfM3h: number | null;
            expectedM3h: number | null;
            bandLowM3h: number | null;
            bandHighM3h: number | null;
            inflowM3: number | null;
            customersM3: number | null;
            completeness: number;
            customersNightM3h: number | null;
            customersCompleteness: number | null;
            lossM3h: number | null;
            lossExpectedM3h: number | null;
            lossBandHighM3h: number | null;
            noBalance: ("no_customers" | "inflow_incomplete" | "customers_incomplete" | "waiting") | null;
            version: number;
        };
        RevisedNight: {
            night: string;
            revisedAt: number;
            version: number;
            now: {
                mnfM3h: number | null;
                lossM3h: number | null;
                completeness: number;
            };
            was: {
                mnfM3h: number | null;
                lossM3h: number | null;
                completeness: number;
            } | null;
        };
        DmaRow: {
            id: string;
            name: components["schemas"]["Words"];
            /** @enum {string} */
            status: "WORK" | "PAUSE" | "RETIRE";
            inflow: components["schemas"]["FlowNow"] | null;
            pressure: components["schemas"]["PressureNow"] | null;
            lastNight: components["schemas"]["Night"] | null;
            isNightOld: boolean;
            nightLossM3h: number | null;
            lossPerDay: number | null;
            openEvents: number;
            customers: number;
            connections: number | null;
            mainsKm: number | null;
        };
        Overview: {
            at: number;
            currency: string;
            dmas: components["schemas"]["DmaRow"][];
            totals: {
                inflowM3h: number | null;
                nightLossM3h: number | null;
                lossPerDay: number | null;
                openEvents: number;
                openEventsMoneyPerDay: number;
                openEventsByGroup: {
                    [key: string]: number;
                };
                openTickets: number;
                overdueTickets: number;
                unassignedTickets: number;
                customers: number;
                completeness: number | null;
            };
        };
        DmaDetail: {
            id: string;
            name: components["schemas"]["Words"];
            /** @enum {string} */
            status: "WORK" | "PAUSE" | "RETIRE";
            inflow: components["schemas"]["FlowNow"] | null;
            pressure: components["schemas"]["PressureNow"] | null;
            lastNight: components["schemas"]["Night"] | null;
            isNightOld: boolean;
            nightLossM3h: number | null;
            lossPerDay: number | null;
            openEvents: number;
            customers: number;
            connections: number | null;
            mainsKm: number | null;
            currency: string;
            zone: string;
            nights: components["schemas"]["Night"][];
            revisedNights: components["schemas"]["RevisedNight"][];
            inflowCurve: {
                stepMs: number;
                startAt: number[];
                flowM3h: (number | null)[];
                quality: ("good" | "estimated" | "suspect" | "missing")[];
            } | null;
            meters: {
                meterId: string;
                sign: 1 | -1;
            }[];
        };
        MeterNight: {
            id: string;
            address: string;
            customer: string | null;
            /** @enum {string} */
            status: "good" | "late" | "silent" | "never";
            lastValueAt: number | null;
            nightBeforeM3h: number | null;
            nightNowM3h: number | null;
            finding: {
                /** Format: uuid */
                id: string;
                moneyPerDay: number;
            } | null;
        };
        DistrictSurroundings: {
            customers: number;
            measuredAtNight: number;
            customersNightM3h: number | null;
            worst: components["schemas"]["MeterNight"][];
            expectedInflow: {
                startAt: number[];
                flowM3h: (number | null)[];
            };
            neighbours: {
                id: string;
                name: components["schemas"]["Words"];
                /** @enum {string} */
                relation: "parent" | "part" | "sibling";
            }[];
        };
        AnomalyRow: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            ruleName: components["schemas"]["Words"];
            /** @enum {string} */
            subjectKind: "meter" | "dma" | "agent" | "account";
            subject: string;
            place: string;
            /** @enum {string} */
            causeGroup: "leak" | "meter" | "comms" | "usage_change" | "safety";
            /** @enum {string} */
            direction: "up" | "down";
            /** @enum {string} */
            state: "candidate" | "open" | "investigating" | "field_work" | "monitoring" | "closed" | "past" | "withdrawn" | "auto_closed" | "false_alarm" | "planned" | "merged";
            /** @enum {string} */
            commodity: "water" | "gas";
            startsAt: number;
            openedAt: number;
            lastSeenAt: number;
            closedAt: number | null;
            rateM3h: number | null;
            lostM3: number | null;
            moneyPerDay: number;
            currency: string;
            confidence: number;
            rank: number;
            reason: components["schemas"]["Words"];
            estimatedShare: number;
            noTicketReason: string | null;
            outcome: ("confirmed_leak_network" | "confirmed_leak_customer" | "burst" | "meter_fault" | "comms_fault" | "data_error" | "planned_change" | "fire_or_flush" | "theft" | "normal_use" | "unknown") | null;
            confirmedCause: string | null;
            dmaId: string | null;
            accountId: string | null;
            ticket: {
                /** Format: uuid */
                id: string;
                no: string;
                /** @enum {string} */
                state: "new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate";
                /** @enum {string} */
                priority: "P1" | "P2" | "P3" | "P4";
                assignee: string | null;
            } | null;
            alarm: components["schemas"]["Alarm"];
        };
        Evidence: {
            startAt: number;
            knowableAt: number;
            actualM3h: number | null;
            expectedM3h: number | null;
            floorM3h: number | null;
            bandLowM3h: number | null;
            bandHighM3h: number | null;
            lostM3: number | null;
            estimatedShare: number;
            reason: {
                zh: string;
                en: string;
            };
            clearsWhen: {
                zh: string;
                en: string;
            };
            details: {
                [key: string]: number | string | null;
            };
        };
        AnomalyDetail: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            ruleName: components["schemas"]["Words"];
            /** @enum {string} */
            subjectKind: "meter" | "dma" | "agent" | "account";
            subject: string;
            place: string;
            /** @enum {string} */
            causeGroup: "leak" | "meter" | "comms" | "usage_change" | "safety";
            /** @enum {string} */
            direction: "up" | "down";
            /** @enum {string} */
            state: "candidate" | "open" | "investigating" | "field_work" | "monitoring" | "closed" | "past" | "withdrawn" | "auto_closed" | "false_alarm" | "planned" | "merged";
            /** @enum {string} */
            commodity: "water" | "gas";
            startsAt: number;
            openedAt: number;
            lastSeenAt: number;
            closedAt: number | null;
            rateM3h: number | null;
            lostM3: number | null;
            moneyPerDay: number;
            currency: string;
            confidence: number;
            rank: number;
            reason: components["schemas"]["Words"];
            estimatedShare: number;
            noTicketReason: string | null;
            outcome: ("confirmed_leak_network" | "confirmed_leak_customer" | "burst" | "meter_fault" | "comms_fault" | "data_error" | "planned_change" | "fire_or_flush" | "theft" | "normal_use" | "unknown") | null;
            confirmedCause: string | null;
            dmaId: string | null;
            accountId: string | null;
            ticket: {
                /** Format: uuid */
                id: string;
                no: string;
                /** @enum {string} */
                state: "new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate";
                /** @enum {string} */
                priority: "P1" | "P2" | "P3" | "P4";
                assignee: string | null;
            } | null;
            alarm: components["schemas"]["Alarm"];
            evidence: components["schemas"]["Evidence"];
            endedReason: components["schemas"]["Words"] | null;
            related: components["schemas"]["AnomalyRow"][];
        };
        AnomalyPage: {
            items: components["schemas"]["AnomalyRow"][];
            nextCursor: string | null;
        };
        AnomalyChart: {
            unit: ("m3/h" | "Sm3/h") | null;
            zone: string;
            stepMs: number;
            startAt: number[];
            actualM3h: (number | null)[];
            quality: ("good" | "estimated" | "suspect" | "missing")[];
            expectedM3h: number | null;
            bandLowM3h: number | null;
            bandHighM3h: number | null;
            floorM3h: number | null;
            beginsAt: number;
            knowableAt: number;
            nights: components["schemas"]["Night"][];
        };
        AnomalyContext: {
            causes: {
                /** @enum {string} */
                side: "customer" | "network" | "meter" | "comms";
                confidence: number;
                reasons: components["schemas"]["Words"][];
                pointsTo: string | null;
            }[];
            facts: {
                districtRiseM3h: number | null;
                districtBandM3h: number | null;
                dayRiseM3h: number | null;
                customersChange: number | null;
                pressureChange: number | null;
                customersMeasured: number;
                customers: number;
                risenCustomers: number;
                agent: {
                    id: string;
                    silent: number;
                    meters: number;
                } | null;
            };
            similar: components["schemas"]["AnomalyRow"][];
            outcomes: {
                /** @enum {string} */
                outcome: "confirmed_leak_network" | "confirmed_leak_customer" | "burst" | "meter_fault" | "comms_fault" | "data_error" | "planned_change" | "fire_or_flush" | "theft" | "normal_use" | "unknown";
                count: number;
            }[];
            neighbours: components["schemas"]["MeterNight"][];
        };
        ReportAnswer: {
            hasJoined: boolean;
            finding: components["schemas"]["AnomalyDetail"];
        };
        CollectionGroup: {
            id: string;
            meters: number;
            good: number;
            late: number;
            silent: number;
            never: number;
            expected: number;
            got: number;
            successRate: number | null;
        };
        CollectionReport: {
            at: number;
            from: number;
            total: components["schemas"]["CollectionGroup"];
            byAgent: components["schemas"]["CollectionGroup"][];
            byDma: components["schemas"]["CollectionGroup"][];
            byModel: components["schemas"]["CollectionGroup"][];
            missing: {
                id: string;
                serial: string | null;
                maker: string | null;
                model: string;
                /** @enum {string} */
                purpose: "customer" | "dma" | "station";
                /** @enum {string} */
                commodity: "water" | "gas";
                dn: number | null;
                periodS: number;
                address: string;
                dmaId: string | null;
                customer: string | null;
                accountId: string | null;
                accountNo: string | null;
                agent: string | null;
                /** @enum {string} */
                status: "good" | "late" | "silent" | "never";
                lastValueAt: number | null;
                lastReadAt: number | null;
                lastQuality: ("good" | "suspect" | "missing") | null;
                register: number | null;
                unit: ("1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h") | null;
                expected: number;
                got: number;
            }[];
        };
        MeterGaps: {
            meter: components["schemas"]["MeterRow"];
            expected: number;
            got: number;
            gaps: {
                from: number;
                to: number;
                periods: number;
            }[];
            isCut: boolean;
        };
        MissingReadings: {
            from: number;
            to: number;
            items: components["schemas"]["MeterGaps"][];
            nextCursor: string | null;
        };
        CollectionDays: {
            zone: string;
            days: {
                day: string;
                expected: number;
                arrived: number;
                late: number;
                successRate: number | null;
            }[];
        };
        AgentRow: {
            site: string;
            id: string;
            isOnline: boolean;
            statusAt: number | null;
            status: {
                [key: string]: unknown;
            } | null;
            channels: number;
            meters: number;
        };
        AgentList: {
            items: components["schemas"]["AgentRow"][];
        };
        FleetRow: {
            site: string;
            id: string;
            isOnline: boolean;
            statusAt: number | null;
            version: string | null;
            outbox: {
                records: number;
                bytes: number;
                maxBytes: number;
                oldestReadAt: number | null;
                dropped: number;
                taken?: number;
                alarm: boolean;
                /** @enum {string} */
                policy?: "dropOldest" | "stop";
                holdsH?: number | null;
            } | null;
            clock: {
                offsetMs: number;
                roundTripMs: number;
                measuredAt: number;
                alarm: boolean;
            } | null;
            busStates: {
                good: number;
                partly: number;
                silent: number;
                waiting: number;
            };
            pollsSkipped: number | null;
            /** @enum {string} */
            config: "applied" | "waiting" | "trying" | "refused" | "rolled-back" | "drift" | "unmanaged";
            channels: number;
            meters: number;
        };
        FleetPage: {
            items: components["schemas"]["FleetRow"][];
            nextCursor: string | null;
        };
        FleetAgent: {
            site: string;
            id: string;
            isOnline: boolean;
            statusAt: number | null;
            version: string | null;
            outbox: {
                records: number;
                bytes: number;
                maxBytes: number;
                oldestReadAt: number | null;
                dropped: number;
                taken?: number;
                alarm: boolean;
                /** @enum {string} */
                policy?: "dropOldest" | "stop";
                holdsH?: number | null;
            } | null;
            clock: {
                offsetMs: number;
                roundTripMs: number;
                measuredAt: number;
                alarm: boolean;
            } | null;
            busStates: {
                good: number;
                partly: number;
                silent: number;
                waiting: number;
            };
            pollsSkipped: number | null;
            /** @enum {string} */
            config: "applied" | "waiting" | "trying" | "refused" | "rolled-back" | "drift" | "unmanaged";
            channels: number;
            meters: number;
            startedAt: number | null;
            buses: {
                bus: string;
                kind: string;
                /** @enum {string} */
                state: "good" | "partly" | "silent" | "waiting";
                units: number;
                good: number;
                lastGoodAt: number | null;
                polls: number;
                failures: number;
                pollsSkipped: number;
                successRatio?: number;
                latencyMs?: number | null;
                line?: {
                    isOpen: boolean;
                    fault: string | null;
                    load: number;
                    requests: number;
                    timeouts: number;
                    exceptions: number;
                    strays: number;
                    strangers?: {
                        name: string;
                        times: number;
                        lastAt: number;
                    }[];
                };
            }[];
            units: {
                meter: string;
                /** @enum {string} */
                state: "good" | "silent" | "failing";
                lastGoodAt: number | null;
                polls: number;
                failures: number;
                lastError: string | null;
                timeouts?: number;
                exceptions?: number;
                successRatio?: number;
                latencyMs?: number | null;
                latencyMaxMs?: number | null;
                tooShort?: boolean;
            }[];
            enrolment: {
                /** @enum {string} */
                state: "joining" | "joined" | "held" | "refused" | "unreachable" | "not-yet-valid" | "expired" | "revoked";
                reason: string | null;
                expiresAt: number | null;
                keyFingerprint: string | null;
            } | null;
            opcua: {
                own: {
                    fingerprint: string;
                    sha1: string;
                    subject: string;
                    applicationUri: string;
                    validFrom: number;
                    expiresAt: number;
                    next: string | null;
                } | null;
                certificates: {
                    fingerprint: string;
                    /** @enum {string} */
                    state: "pending" | "trusted" | "rejected";
                    subject: string;
                    applicationUri: string | null;
                    validFrom: number;
                    expiresAt: number;
                    endpointUrl: string;
                    bus: string | null;
                    firstSeenAt: number;
                    lastSeenAt: number;
                    decidedBy: string | null;
                    decidedAt: number | null;
                }[];
                servers: {
                    bus: string;
                    endpointUrl: string;
                    /** @enum {string} */
                    state: "connected" | "connecting" | "refused";
                    security: string;
                    fault: {
                        code: string;
                        message: string;
                        remedy: string;
                    } | null;
                    items: number;
                    missingNodes: {
                        item: string;
                        why: string;
                    }[];
                    missing: number;
                    history: {
                        isOffered: boolean | null;
                        items: number;
                        openGaps: number;
                        filled: number;
                        gaps: {
                            fromMs: number;
                            toMs: number;
                            items: number;
                            filled: number;
                            missing: number;
                            why: string | null;
                        }[];
                    };
                }[];
            } | null;
        };
        SetAsideRow: {
            id: number;
            /** @enum {string} */
            list: "dead_letter" | "quarantine" | "conflict";
            receivedAt: number;
            agent: string;
            epoch: string | null;
            seq: number | null;
            /** @enum {string} */
            origin: "live" | "import";
            channel: string | null;
            readAt: number | null;
            raw: string;
            reasonCode: string;
            reason: string;
        };
        SetAsidePage: {
            items: components["schemas"]["SetAsideRow"][];
            nextCursor: string | null;
            counts: {
                stored: number;
                deadLetters: number;
                quarantined: number;
                conflicts: number;
                repeats: number;
            } | null;
        };
        Command: {
            /** Format: uuid */
            id: string;
            site: string;
            agent: string;
            /** @enum {string} */
            kind: "read-now" | "retry" | "valve" | "re-read" | "test-read" | "probe" | "certificate";
            order: unknown;
            subjects: string[];
            /** @enum {string} */
            state: "approval" | "queued" | "sent" | "done" | "failed" | "expired" | "rejected" | "cancelled";
            reason: string;
            orderedBy: string;
            orderedAt: number;
            sentAt: number | null;
            endedAt: number | null;
            code: string | null;
            message: string | null;
            tookMs: number | null;
            approvalId: string | null;
        };
        CommandWithReply: {
            /** Format: uuid */
            id: string;
            site: string;
            agent: string;
            /** @enum {string} */
            kind: "read-now" | "retry" | "valve" | "re-read" | "test-read" | "probe" | "certificate";
            order: unknown;
            subjects: string[];
            /** @enum {string} */
            state: "approval" | "queued" | "sent" | "done" | "failed" | "expired" | "rejected" | "cancelled";
            reason: string;
            orderedBy: string;
            orderedAt: number;
            sentAt: number | null;
            endedAt: number | null;
            code: string | null;
            message: string | null;
            tookMs: number | null;
            approvalId: string | null;
            reply: {
                readings: {
                    channel: string;
                    readAt: number;
                    value: number | string | null;
                    /** @enum {string} */
                    quality: "good" | "suspect" | "missing";
                    flags: string[];
                }[];
                details: unknown;
            } | null;
        };
        CommandPage: {
            items: components["schemas"]["Command"][];
            nextCursor: string | null;
        };
        OrderedCommands: {
            items: components["schemas"]["Command"][];
        };
        Approval: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "valve";
            /** @enum {string} */
            state: "open" | "approved" | "rejected" | "expired";
            command: components["schemas"]["Command"];
            place: {
                no: string;
                address: string;
                isProtected: boolean;
            } | null;
            askedBy: string;
            askedAt: number;
            mayDecide: boolean;
            overrideReason: string | null;
            decidedBy: string | null;
            decidedAt: number | null;
            decisionReason: string | null;
        };
        ApprovalPage: {
            items: components["schemas"]["Approval"][];
            nextCursor: string | null;
        };
        PressureLimits: {
            lowKpa: number | null;
            highKpa: number | null;
            ruleLowKpa: number;
            ruleHighKpa: number;
        };
        StepTestStep: {
            /** Format: uuid */
            id: string;
            subZone: string;
            closedAt: number;
            openedAt: number | null;
            beforeM3h: number | null;
            afterM3h: number | null;
            dropM3h: number | null;
            uncertaintyM3h: number | null;
            intervalsBefore: number;
            intervalsAfter: number;
            isClear: boolean;
        };
        StepTest: {
            /** Format: uuid */
            id: string;
            dmaId: string;
            note: string;
            madeBy: string;
            madeAt: number;
            steps: components["schemas"]["StepTestStep"][];
        };
        StepTestList: {
            items: components["schemas"]["StepTest"][];
        };
        BalanceDay: {
            date: string;
            inflowM3: number | null;
            customersM3: number | null;
            childrenM3: number | null;
            differenceM3: number | null;
            inflowCompleteness: number | null;
            customersCompleteness: number | null;
            why: ("no_inflow" | "inflow_incomplete" | "no_customers" | "customers_incomplete" | "children_incomplete") | null;
        };
        DistrictFacts: {
            mainsKm: number | null;
            servicePipeKm: number | null;
            connections: number | null;
            population: number | null;
            meanPressureM: number | null;
            nightUseLph: number | null;
            nightUseMonths?: number[] | null;
            exceptionalNightM3h: number | null;
            nightDayHours: number | null;
            unbilledPercent: number | null;
            apparentPercent: number | null;
            cjj92CorrectionPercent: number | null;
        };
        DistrictBalance: {
            id: string;
            name: components["schemas"]["Words"];
            /** @enum {string} */
            commodity: "water" | "gas";
            /** @enum {string} */
            volumeUnit: "m3" | "Sm3";
            zone: string;
            from: string;
            to: string;
            days: components["schemas"]["BalanceDay"][];
            daysTold: number;
            total: {
                inflowM3: number;
                customersM3: number;
                nrwM3: number;
                nrwPercent: number;
                unbilledM3: number;
                apparentM3: number;
                realLossM3: number;
            } | null;
            why: ("no_inflow" | "inflow_incomplete" | "no_customers" | "customers_incomplete" | "children_incomplete") | null;
            perConnectionDayL: number | null;
            ili: {
                ili: number;
                carlLPerDay: number;
                uarlLPerDay: number;
                isOutsideRange: boolean;
            } | null;
            iliNeeds: string[];
            cjj92: {
                grossPercent: number;
                correctionPercent: number;
                lossPercent: number;
                grade: (1 | 2) | null;
            } | null;
            night: {
                night: string;
                mnfM3h: number;
                use: {
                    m3h: number;
                    /** @enum {string} */
                    basis: "measured" | "connections" | "population";
                } | null;
                netM3h: number | null;
                netM3PerDay: number | null;
                litresPerConnectionDay: number | null;
                backgroundM3h: number | null;
                findableM3h: number | null;
            } | null;
            nights: components["schemas"]["Night"][];
            facts: components["schemas"]["DistrictFacts"];
            defaults: {
                [key: string]: number;
            };
            parts: {
                id: string;
                name: components["schemas"]["Words"];
                inflowM3: number | null;
                isOutlet: boolean;
            }[];
        };
        EnrolmentAnswer: {
            /** @constant */
            status: "issued";
            certificate: string;
            root: string;
        } | {
            /** @constant */
            status: "held";
            /** Format: uuid */
            requestId: string;
            pollAfterS: number;
        };
        AuthorityInfo: {
            root: string;
            fingerprint: string;
            expiresAt: number;
        };
        EnrolmentOverview: {
            isOn: boolean;
            unknownAgents: ("refuse" | "hold" | "chain") | null;
            certificateDays: number | null;
            renewGraceDays: number | null;
            tokenHours: number | null;
            authority: components["schemas"]["AuthorityInfo"] | null;
            waiting: number;
            revoked: number;
            expiring: number;
            sites: string[];
        };
        MadeToken: {
            /** Format: uuid */
            id: string;
            token: string;
            expiresAt: number;
            joinText: string;
            command: string;
        };
        EnrolmentToken: {
            /** Format: uuid */
            id: string;
            site: string;
            agent: string | null;
            note: string;
            /** @enum {string} */
            state: "open" | "used" | "expired" | "withdrawn";
            uses: number;
            maxUses: number;
            usedBy: string[];
            createdAt: number;
            createdBy: string;
            expiresAt: number;
        };
        EnrolmentTokenPage: {
            items: components["schemas"]["EnrolmentToken"][];
            nextCursor: string | null;
        };
        AgentCertificate: {
            serial: string;
            fingerprint: string;
            keyFingerprint: string;
            issuedAt: number;
            expiresAt: number;
            renewableFrom: number;
            /** @enum {string} */
            why: "token" | "approval" | "renewal";
        };
        AgentSays: {
            version: string | null;
            startedAt: number | null;
            outbox: {
                records: number;
                fill: number;
                oldestReadAt: number | null;
                dropped: number;
            } | null;
            enrolment: {
                /** @enum {string} */
                state: "joining" | "joined" | "held" | "refused" | "unreachable" | "not-yet-valid" | "expired" | "revoked";
                reason: string | null;
            } | null;
        };
        EnrolledAgent: {
            site: string;
            agent: string;
            /** @enum {string} */
            standing: "good" | "expiring" | "expired" | "revoked" | "foreign" | "password";
            /** @enum {string} */
            how: "token" | "approval" | "chain" | "none";
            joinedAt: number | null;
            joinedBy: string | null;
            certificate: components["schemas"]["AgentCertificate"] | null;
            isOnline: boolean | null;
            lastSeenAt: number | null;
            says: components["schemas"]["AgentSays"];
            meters: number;
            revokedAt: number | null;
            revokedBy: string | null;
            revokedReason: string | null;
        };
        EnrolledAgentPage: {
            items: components["schemas"]["EnrolledAgent"][];
            nextCursor: string | null;
        };
        EnrolmentRequest: {
            /** Format: uuid */
            id: string;
            site: string;
            agent: string;
            fingerprint: string;
            /** @enum {string} */
            kind: "request" | "foreign-certificate";
            /** @enum {string} */
            state: "held" | "approved" | "rejected";
            /** @enum {string} */
            standing: "unknown" | "admitted" | "revoked";
            remoteAddress: string | null;
            requestedAt: number;
            askedAt: number;
            decidedAt: number | null;
            decidedBy: string | null;
            reason: string | null;
        };
        EnrolmentRequestPage: {
            items: components["schemas"]["EnrolmentRequest"][];
            nextCursor: string | null;
        };
        EnrolmentNote: {
            no: number;
            at: number;
            actor: string;
            action: string;
            subject: string;
            reason: string | null;
            remoteAddress: string | null;
        };
        EnrolmentNotePage: {
            items: components["schemas"]["EnrolmentNote"][];
            nextCursor: string | null;
        };
        EnrolmentDone: {
            /** @constant */
            done: true;
        };
        Holiday: {
            id: string;
            firstDay: string;
            lastDay: string;
            name: components["schemas"]["Words"];
            unit: string;
            mayEdit: boolean;
        };
        HolidayKey: {
            id: string;
        };
        HolidayUnit: {
            code: string;
            name: components["schemas"]["Words"];
            districts: number;
            mayEdit: boolean;
        };
        HolidayList: {
            items: components["schemas"]["Holiday"][];
            years: number[];
            units: components["schemas"]["HolidayUnit"][];
        };
        HolidayImport: {
            added: number;
            changed: number;
            unchanged: number;
            faults: {
                line: number;
                /** @enum {string} */
                code: "columns" | "date" | "order" | "name" | "unit" | "overlap" | "repeat";
                text: string;
            }[];
        };
        IntervalRow: {
            startAt: number;
            endAt: number;
            raw: number | null;
            /** @enum {string} */
            rawQuality: "good" | "suspect" | "missing";
            validated: number | null;
            /** @enum {string} */
            validatedQuality: "good" | "estimated" | "edited" | "suspect" | "missing" | "invalid";
            method: ("true_zero" | "linear" | "like_day" | "class_profile") | null;
            flags: ("gap" | "duplicate" | "out_of_order" | "future_time" | "clock_shift" | "spike" | "negative" | "rollover" | "frozen" | "flat" | "high" | "low" | "zero" | "sum_mismatch" | "unit_mismatch" | "multiplier_mismatch" | "reverse" | "over_q4" | "under_q1" | "comms_error" | "device_alarm" | "exchange" | "planned" | "interpolated" | "conflict" | "over_digits" | "timeout" | "exception" | "sentinel" | "disconnected" | "not_a_number" | "bad_status")[];
            editId: string | null;
            edited: number | null;
            volume: number | null;
            /** @enum {string} */
            quality: "good" | "estimated" | "edited" | "suspect" | "missing" | "invalid";
            version: number;
            isOvertaken: boolean;
            usual: number | null;
        };
        VeeNoteRow: {
            /** @enum {string} */
            rule: "time" | "duplicate" | "gap" | "sum" | "spike" | "jump" | "peak_high" | "over_limit" | "negative" | "reverse" | "rollover" | "exchange" | "stuck" | "constant" | "usage_high" | "usage_low" | "event" | "estimated_share";
            /** @enum {string} */
            verdict: "warn" | "fail";
            /** @enum {string} */
            flag: "gap" | "duplicate" | "out_of_order" | "future_time" | "clock_shift" | "spike" | "negative" | "rollover" | "frozen" | "flat" | "high" | "low" | "zero" | "sum_mismatch" | "unit_mismatch" | "multiplier_mismatch" | "reverse" | "over_q4" | "under_q1" | "comms_error" | "device_alarm" | "exchange" | "planned" | "interpolated" | "conflict" | "over_digits" | "timeout" | "exception" | "sentinel" | "disconnected" | "not_a_number" | "bad_status";
            from: number;
            to: number;
            reason: components["schemas"]["Words"];
        };
        RevisionRow: {
            /** Format: uuid */
            id: string;
            no: number;
            /** @enum {string} */
            kind: "late" | "edit" | "undo";
            method: string;
            from: number;
            to: number;
            intervals: number;
            before: number | null;
            since: number | null;
            readings: number | null;
            undoes: string | null;
            isUndone: boolean;
            reason: string;
            actor: string;
            at: number;
        };
        IntervalList: {
            meter: string;
            channel: string | null;
            unit: ("m3" | "Sm3") | null;
            resolution: number;
            zone: string;
            periodS: number;
            from: number;
            to: number;
            completeness: number;
            version: number;
            rows: components["schemas"]["IntervalRow"][];
            notes: components["schemas"]["VeeNoteRow"][];
            revisions: components["schemas"]["RevisionRow"][];
        };
        JobRow: {
            /** Format: uuid */
            id: string;
            queue: string;
            payload: unknown;
            /** @enum {string} */
            state: "waiting" | "running" | "done" | "dead" | "cancelled";
            attempts: number;
            maxAttempts: number;
            runAt: number;
            progress: number | null;
            lastError: string | null;
            createdAt: number;
            finishedAt: number | null;
            schedule: string | null;
            fireAt: number | null;
        };
        JobList: {
            items: components["schemas"]["JobRow"][];
            nextCursor: string | null;
        };
        JobCount: {
            count: number;
        };
        JobQueues: {
            items: {
                queue: string;
                waiting: number;
                running: number;
                dead: number;
                oldestDueS: number;
            }[];
        };
        JobSchedules: {
            items: {
                queue: string;
                key: string;
                cron: string;
                timeZone: string;
                /** @enum {string} */
                missed: "latest" | "each";
                nextFireAt: number | null;
                lastFireAt: number | null;
                fault: string | null;
            }[];
        };
        MapGeometry: {
            /** @enum {string} */
            type: "Point" | "MultiPoint" | "LineString" | "MultiLineString" | "Polygon" | "MultiPolygon";
            coordinates: unknown;
        };
        UtilityMap: {
            districts: {
                dmaId: string;
                geometry: components["schemas"]["MapGeometry"];
            }[];
            background: {
                /** @enum {string} */
                layer: "district" | "main" | "water" | "road" | "other";
                name: string | null;
                geometry: components["schemas"]["MapGeometry"];
            }[];
        };
        MeterProfileRow: {
            name: string;
            model: string;
            document: string;
            /** @enum {string} */
            origin: "bundled" | "own" | "own-over-bundled";
            version: number | null;
            registers: number;
            vectors: number;
            verified: number;
            agents: string[];
        };
        MeterProfileList: {
            items: components["schemas"]["MeterProfileRow"][];
        };
        MeterProfileDetail: {
            name: string;
            model: string;
            document: string;
            /** @enum {string} */
            origin: "bundled" | "own" | "own-over-bundled";
            version: number | null;
            registers: number;
            vectors: number;
            verified: number;
            agents: string[];
            profile: unknown;
            versions: {
                version: number;
                madeAt: number;
                madeBy: string;
                reason: string;
            }[];
        };
        CheckedProfile: {
            faults: components["schemas"]["ConfigFault"][];
            vectors: {
                register: string;
                words: string;
                expected: string;
                decoded: string;
                isRight: boolean;
                verified: boolean;
            }[];
        };
        SentProfile: {
            items: {
                agent: string;
                version: number | null;
                why: string | null;
            }[];
        };
        HeadEndFigures: {
            connections: number | null;
            refused: number | null;
            receivedPerS: number | null;
            storedPerS: number | null;
            commitsPerS: number | null;
            commitP50Ms: number | null;
            commitP99Ms: number | null;
            commitMaxMs: number | null;
            failedCommits: number | null;
            pendingBatches: number | null;
            pendingBytes: number | null;
            backlog: number | null;
            lastCommit: number | null;
            stored: number | null;
            deadLetters: number | null;
            quarantined: number | null;
            conflicts: number | null;
            repeats: number | null;
            loopDelayP99Ms: number | null;
            diskFreeBytes: number | null;
            diskBytes: number | null;
        };
        AnalyticsFigures: {
            lagCommits: number | null;
            lagS: number | null;
            meters: number | null;
            findings: number | null;
        };
        StoreHealth: {
            /** @enum {string} */
            kind: "duckdb" | "influxdb";
            readings: number | null;
            fileBytes: number | null;
            journalBytes: number | null;
            pendingReadings: number | null;
            unsortedReadings: number | null;
            memoryBytes: number | null;
            syncMs: number | null;
            canaryMs: number | null;
            failuresInARow: number | null;
        };
        ProcessRow: {
            process: string;
            /** @enum {string} */
            part: "head-end" | "broker" | "ingest" | "analytics" | "api" | "main";
            site: string;
            /** @enum {string} */
            state: "good" | "degraded" | "silent" | "replaced" | "stopped";
            startedAt: number;
            seenAt: number;
            ageS: number;
            reasons: string[];
            figures: {
                [key: string]: number;
            };
        };
        QueueRow: {
            queue: string;
            waiting: number;
            running: number;
            dead: number;
            oldestDueS: number;
        };
        FeedConsumerRow: {
            name: string;
            cursor: number;
            lagCommits: number;
            lagS: number;
        };
        OperationsEventRow: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "head_end_silent";
            subject: string;
            openedAt: number;
            lastSeenAt: number | null;
            closedAt: number | null;
        };
        AgentsHealth: {
            online: number;
            offline: number;
            away: string[];
            filling: string[];
            clocksOff: string[];
            waiting: number;
            certificatesEnding: number;
        };
        Trouble: {
            /** @enum {string} */
            code: "head_end_silent" | "head_end_unknown" | "store_away" | "commits_failing" | "database_away" | "disk_low" | "broker_away" | "not_ready" | "process_silent" | "feed_behind" | "feed_held" | "disk_filling" | "dead_letters_growing" | "outboxes_filling" | "agents_silent" | "clocks_off" | "certificates_ending" | "jobs_dead" | "jobs_late";
            /** @enum {string} */
            level: "warning" | "alarm";
            subjects: string[];
            count: number | null;
            why: string | null;
            since: number;
            isSinceAtLeast: boolean;
        };
        HealthHistory: {
            at: number[];
            storedPerS: (number | null)[];
            receivedPerS: (number | null)[];
            commitP99Ms: (number | null)[];
            pendingBatches: (number | null)[];
            lagS: (number | null)[];
            diskFreeBytes: (number | null)[];
            loopDelayP99Ms: (number | null)[];
            deadLetters: (number | null)[];
        };
        Banner: {
            /** @enum {string} */
            level: "warning" | "alarm";
            words: components["schemas"]["Words"];
        };
        OperationsHealth: {
            at: number;
            /** @enum {string} */
            state: "good" | "degraded" | "silent" | "unknown";
            headEnd: components["schemas"]["HeadEndFigures"] | null;
            analytics: components["schemas"]["AnalyticsFigures"] | null;
            store: components["schemas"]["StoreHealth"];
            memoryBytes: number | null;
            agents: components["schemas"]["AgentsHealth"];
            troubles: components["schemas"]["Trouble"][];
            queues: components["schemas"]["QueueRow"][];
            feed: components["schemas"]["FeedConsumerRow"][] | null;
            processes: components["schemas"]["ProcessRow"][];
            events: components["schemas"]["OperationsEventRow"][];
            banner: components["schemas"]["Banner"] | null;
        };
        Happening: {
            at: number;
            /** @enum {string} */
            kind: "night" | "found" | "ended" | "action" | "ticket" | "note";
            what: string;
            text: components["schemas"]["Words"];
            who: string | null;
            subject: string;
            anomalyId: string | null;
            valueM3h: number | null;
            limitM3h: number | null;
        };
        Replay: {
            from: number;
            to: number;
            zone: string;
            unit: ("m3" | "Sm3") | null;
            stepMs: number;
            startAt: number[];
            flowM3h: (number | null)[];
            quality: ("good" | "estimated" | "suspect" | "missing")[];
            happenings: components["schemas"]["Happening"][];
        };
        ReportRun: {
            /** Format: uuid */
            id: string;
            /** @constant */
            kind: "usage_curve";
            account: {
                /** Format: uuid */
                id: string;
                no: string;
                customer: string;
            };
            periodFrom: string;
            periodTo: string;
            /** @enum {string} */
            language: "zh" | "en";
            /** @enum {string} */
            state: "ordered" | "running" | "done" | "failed";
            version: number;
            isRevised: boolean;
            newerDataAt: number | null;
            completeness: number | null;
            totalM3: number | null;
            dataCutoffAt: number | null;
            error: string | null;
            requestedBy: string | null;
            requestedAt: number;
            finishedAt: number | null;
            htmlUrl: string | null;
            csvUrl: string | null;
        };
        ReportPage: {
            items: components["schemas"]["ReportRun"][];
            nextCursor: string | null;
        };
        RulePrecision: {
            judged: number;
            confirmed: number;
            share: number | null;
            low: number | null;
            high: number | null;
        };
        RuleParameter: {
            name: string;
            value: number;
            default: number;
            least: number;
            most: number;
            isWhole: boolean;
            unit: string;
            meaning: components["schemas"]["Words"];
        };
        RuleRow: {
            /** @enum {string} */
            code: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            name: components["schemas"]["Words"];
            /** @enum {string} */
            subject: "meter" | "dma" | "agent" | "account";
            finds: components["schemas"]["Words"];
            nullCase: components["schemas"]["Words"];
            source: string;
            version: number;
            parameters: components["schemas"]["RuleParameter"][];
            precision: components["schemas"]["RulePrecision"];
            classes: {
                class: string;
                precision: components["schemas"]["RulePrecision"];
            }[];
            findings: number;
            perThousandMonths: number | null;
        };
        RuleList: {
            days: number;
            items: components["schemas"]["RuleRow"][];
        };
        RuleVersion: {
            version: number;
            parameters: {
                [key: string]: number;
            };
            reason: string;
            restores: number | null;
            by: string | null;
            at: number;
        };
        RuleVersions: {
            items: components["schemas"]["RuleVersion"][];
        };
        RuleOutcome: {
            /** Format: uuid */
            anomalyId: string;
            /** @enum {string} */
            subjectKind: "meter" | "dma" | "agent" | "account";
            subject: string;
            label: string;
            class: string | null;
            startAt: number;
            closedAt: number | null;
            /** @enum {string} */
            outcome: "confirmed_leak_network" | "confirmed_leak_customer" | "burst" | "meter_fault" | "comms_fault" | "data_error" | "planned_change" | "fire_or_flush" | "theft" | "normal_use" | "unknown";
            isConfirmed: boolean | null;
            confirmedCause: string | null;
            ticketId: string | null;
            ticketNo: string | null;
        };
        RuleOutcomes: {
            days: number;
            total: number;
            items: components["schemas"]["RuleOutcome"][];
        };
        RulePreviewResult: {
            findings: {
                old: number;
                new: number;
            };
            added: number;
            gone: number;
            perThousandMonths: {
                old: number;
                new: number;
            };
            perWeek: {
                old: number;
                new: number;
                fromMs: number;
            }[];
            perDistrict: {
                old: number;
                new: number;
                dma: string | null;
            }[];
            examples: {
                /** @enum {string} */
                change: "added" | "gone" | "kept";
                /** @enum {string} */
                rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
                /** @enum {string} */
                subjectKind: "meter" | "dma" | "agent" | "account";
                subject: string;
                dma: string | null;
                startMs: number;
                knownAtMs: number;
                clearedAtMs: number | null;
                moneyPerDay: number;
                currency: string;
                reason: components["schemas"]["Words"];
            }[];
            outcomes: {
                /** Format: uuid */
                anomalyId: string;
                /** @enum {string} */
                rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
                subject: string;
                startMs: number;
                /** @enum {string} */
                outcome: "confirmed_leak_network" | "confirmed_leak_customer" | "burst" | "meter_fault" | "comms_fault" | "data_error" | "planned_change" | "fire_or_flush" | "theft" | "normal_use" | "unknown";
                isConfirmed: boolean | null;
                isHitOld: boolean;
                isHitNew: boolean;
            }[];
            confirmed: {
                old: number;
                new: number;
                of: number;
            };
            falseAlarms: {
                old: number;
                new: number;
                of: number;
            };
            subjects: number;
            ofSubjects: number;
            whyFewer: ("sampled" | "time") | null;
            tooLarge: string[];
            readings: number;
            learnsFromMs: number;
            tookMs: number;
        };
        RulePreview: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            parameters: {
                [key: string]: number;
            };
            from: number;
            to: number;
            dma: string | null;
            /** @enum {string} */
            state: "waiting" | "running" | "done" | "failed" | "cancelled";
            progress: number | null;
            error: string | null;
            result: components["schemas"]["RulePreviewResult"] | null;
            askedAt: number;
            finishedAt: number | null;
        };
        SetAsideEntry: {
            id: number;
            /** @enum {string} */
            list: "dead_letter" | "quarantine" | "conflict";
            receivedAt: number;
            agent: string;
            epoch: string | null;
            seq: number | null;
            /** @enum {string} */
            origin: "live" | "import";
            channel: string | null;
            readAt: number | null;
            raw: string;
            reasonCode: string;
            reason: string;
            outcome: ("stored" | "repeat" | "dead_letter" | "quarantine" | "conflict" | "discarded" | "rejected" | "kept_first") | null;
            settledAt: number | null;
            decision: string | null;
            storedValue: string | null;
        };
        SetAsideEntries: {
            items: components["schemas"]["SetAsideEntry"][];
            nextCursor: string | null;
        };
        SetAsideReasons: {
            items: {
                reasonCode: string;
                count: number;
            }[];
        };
        QuarantineRow: {
            channel: string;
            count: number;
            firstReceivedAt: number;
            lastReceivedAt: number;
            firstReadAt: number | null;
            lastReadAt: number | null;
            agents: string[];
            samples: string[];
            announced: {
                /** @enum {string} */
                quantity: "forward_total" | "reverse_total" | "net_total" | "vb_total" | "vm_total" | "flow" | "pressure" | "temperature" | "battery" | "valve" | "alarm_word";
                /** @enum {string} */
                unit: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                resolution: number | null;
            } | null;
        };
        RejectedChannel: {
            channel: string;
            reason: string;
            rejectedAt: number;
            actor: string;
            laterCount: number;
            lastHeardAt: number | null;
        };
        QuarantineView: {
            items: components["schemas"]["QuarantineRow"][];
            rejected: components["schemas"]["RejectedChannel"][];
        };
        SetAsideDecision: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "replay" | "discard" | "approve" | "reject" | "undo_reject" | "keep_first";
            /** @enum {string} */
            list: "dead_letter" | "quarantine" | "conflict";
            filter: {
                [key: string]: unknown;
            };
            repair: {
                [key: string]: unknown;
            } | null;
            channel: string | null;
            reason: string;
            at: number;
            actor: string;
            outcomes: {
                [key: string]: number;
            };
            doneAt: number | null;
            job: {
                /** Format: uuid */
                id: string;
                /** @enum {string} */
                state: "waiting" | "running" | "done" | "dead" | "cancelled";
                progress: number | null;
                lastError: string | null;
            } | null;
        };
        SetAsideDecisions: {
            items: components["schemas"]["SetAsideDecision"][];
        };
        ChannelMatch: {
            id: string;
            meterId: string;
            /** @enum {string} */
            quantity: "forward_total" | "reverse_total" | "net_total" | "vb_total" | "vm_total" | "flow" | "pressure" | "temperature" | "battery" | "valve" | "alarm_word";
            /** @enum {string} */
            unit: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
            resolution: number | null;
            /** @enum {string} */
            commodity: "water" | "gas";
            address: string;
        };
        ChannelMatches: {
            items: components["schemas"]["ChannelMatch"][];
        };
        StoredHere: {
            channel: components["schemas"]["ChannelMatch"];
            stored: string | null;
        };
        DeviceRow: {
            source: string;
            profile: {
                /** @constant */
                v: 1;
                /** @default {} */
                fields: {
                    [key: string]: {
                        channel: string;
                        /** @enum {string} */
                        unit?: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                        /** @default 1 */
                        scale: string;
                        /**
                         * @default exact
                         * @enum {string}
                         */
                        rounding: "exact" | "nearest";
                        /** @default [] */
                        missing: string[];
                    };
                };
                /** @default [] */
                ignore: string[];
                /** @default false */
                arrivalTime: boolean;
            };
            updatedAt: number;
            updatedBy: string;
        };
        DeviceList: {
            items: components["schemas"]["DeviceRow"][];
        };
        ShiftFacts: {
            sinceAt: number | null;
            newFindings: number;
            endedFindings: number;
            ticketsOpened: number;
            ticketsClosed: number;
            unacknowledged: {
                [key: string]: number;
            };
            shelved: number;
            suppressed: number;
            worst: {
                /** Format: uuid */
                id: string;
                /** @enum {string} */
                rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
                ruleName: components["schemas"]["Words"];
                subject: string;
                place: string;
                /** @enum {string} */
                priority: "safety" | "critical" | "major" | "minor" | "info";
                moneyPerDay: number;
                currency: string;
                owner: string | null;
                ticketNo: string | null;
                ticketPriority: ("P1" | "P2" | "P3" | "P4") | null;
            }[];
        };
        ShiftEntry: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "note" | "hand_over" | "accept";
            at: number;
            author: string;
            text: string;
            anomaly: {
                /** Format: uuid */
                id: string;
                /** @enum {string} */
                rule: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
                ruleName: components["schemas"]["Words"];
                subject: string;
            } | null;
            isCarried: boolean;
            settledAt: number | null;
            settledBy: string | null;
            handOverId: string | null;
            acceptedBy: string | null;
            facts: components["schemas"]["ShiftFacts"] | null;
        };
        ShiftPage: {
            items: components["schemas"]["ShiftEntry"][];
            nextCursor: string | null;
        };
        UserRow: {
            /** Format: uuid */
            id: string;
            login: string;
            displayName: string;
            /** @enum {string} */
            role: "admin" | "collector" | "control" | "manager" | "desk" | "auditor";
            unitPath: string;
        };
        UserList: {
            items: components["schemas"]["UserRow"][];
        };
        AuditRow: {
            no: number;
            at: number;
            actor: string;
            action: string;
            subjectKind: string;
            subject: string;
            before: unknown;
            after: unknown;
            reason: string | null;
            remoteAddress: string | null;
        };
        AuditPage: {
            items: components["schemas"]["AuditRow"][];
            nextCursor: string | null;
        };
        Health: {
            /** @enum {string} */
            state: "good" | "degraded";
            /** @enum {string} */
            database: "good" | "away";
            /** @enum {string} */
            readings: "good" | "away";
        };
        Person: {
            /** Format: uuid */
            id: string;
            displayName: string;
        };
        TicketRow: {
            /** Format: uuid */
            id: string;
            no: string;
            /** @enum {string} */
            kind: "enquiry" | "fault" | "complaint" | "anomaly" | "contact";
            /** @enum {string} */
            priority: "P1" | "P2" | "P3" | "P4";
            source: string;
            /** @enum {string} */
            state: "new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate";
            title: components["schemas"]["Words"];
            /** @enum {string} */
            subjectKind: "meter" | "dma" | "agent" | "account";
            subject: string;
            causeGroup: ("leak" | "meter" | "comms" | "usage_change" | "safety") | null;
            accountId: string | null;
            assignee: components["schemas"]["Person"] | null;
            openedAt: number;
            respondBy: number | null;
            /** @enum {string} */
            respondClock: "met" | "due" | "at_risk" | "breached" | "paused";
            resolveBy: number | null;
            /** @enum {string} */
            resolveClock: "met" | "due" | "at_risk" | "breached" | "paused";
            firstResponseAt: number | null;
            resolvedAt: number | null;
            closedAt: number | null;
            anomalies: number;
            moneyPerDay: number;
            version: number;
        };
        TicketStep: {
            /** Format: uuid */
            id: string;
            at: number;
            actor: string;
            actorName: string | null;
            fromState: ("new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate") | null;
            toState: ("new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate") | null;
            note: string | null;
            data: {
                [key: string]: unknown;
            } | null;
        };
        TicketDetail: {
            /** Format: uuid */
            id: string;
            no: string;
            /** @enum {string} */
            kind: "enquiry" | "fault" | "complaint" | "anomaly" | "contact";
            /** @enum {string} */
            priority: "P1" | "P2" | "P3" | "P4";
            source: string;
            /** @enum {string} */
            state: "new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate";
            title: components["schemas"]["Words"];
            /** @enum {string} */
            subjectKind: "meter" | "dma" | "agent" | "account";
            subject: string;
            causeGroup: ("leak" | "meter" | "comms" | "usage_change" | "safety") | null;
            accountId: string | null;
            assignee: components["schemas"]["Person"] | null;
            openedAt: number;
            respondBy: number | null;
            /** @enum {string} */
            respondClock: "met" | "due" | "at_risk" | "breached" | "paused";
            resolveBy: number | null;
            /** @enum {string} */
            resolveClock: "met" | "due" | "at_risk" | "breached" | "paused";
            firstResponseAt: number | null;
            resolvedAt: number | null;
            closedAt: number | null;
            anomalies: number;
            moneyPerDay: number;
            version: number;
            cause: string | null;
            result: string | null;
            followUpResult: ("satisfied" | "neutral" | "unsatisfied") | null;
            followUpExemption: ("unreachable" | "anonymous" | "internal") | null;
            next: ("new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate")[];
            steps: components["schemas"]["TicketStep"][];
            findings: components["schemas"]["AnomalyRow"][];
        };
        TicketPage: {
            items: components["schemas"]["TicketRow"][];
            nextCursor: string | null;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getSession: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    signIn: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SignInInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    signOut: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    setUp: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetupInput"];
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getOverview: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getDma: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DmaDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getDistrictBalance: {
        parameters: {
            query?: {
                from?: string;
                to?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistrictBalance"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getDistrictSurroundings: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DistrictSurroundings"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getPressureLimits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PressureLimits"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    setPressureLimits: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    lowKpa: number | null;
                    highKpa: number | null;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PressureLimits"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listStepTests: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StepTestList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    makeStepTest: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStepTestInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StepTest"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    addStepTestStep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewStepTestStepInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StepTest"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    removeStepTestStep: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                stepId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StepTest"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listHolidays: {
        parameters: {
            query?: {
                year?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HolidayList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    addHoliday: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    firstDay: string;
                    lastDay: string;
                    nameZh: string;
                    nameEn: string;
                    unit: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HolidayKey"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    removeHoliday: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HolidayKey"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    restoreHoliday: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HolidayKey"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    importHolidays: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    text: string;
                    unit: string;
                    /** @default false */
                    isTrial?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HolidayImport"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getMap: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UtilityMap"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listAnomalies: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                state?: ("candidate" | "open" | "investigating" | "field_work" | "monitoring" | "closed" | "past" | "withdrawn" | "auto_closed" | "false_alarm" | "planned" | "merged") | ("attention" | "active" | "all");
                alarm?: "unacknowledged" | "acknowledged" | "shelved" | "suppressed";
                priority?: "safety" | "critical" | "major" | "minor" | "info";
                owner?: "me";
                rule?: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
                group?: "leak" | "meter" | "comms" | "usage_change" | "safety";
                dma?: string;
                subjectKind?: "meter" | "dma" | "agent" | "account";
                subject?: string;
                q?: string;
                sort?: "rank" | "newest";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnomalyPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    reportEvent: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportedEventInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportAnswer"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAnomaly: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnomalyDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAnomalyChart: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnomalyChart"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    judgeFalseAlarm: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FalseAlarmInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnomalyDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    judgePlanned: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PlannedUseInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnomalyDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAnomalyContext: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AnomalyContext"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    replayAnomaly: {
        parameters: {
            query?: {
                from?: number;
                to?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replay"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    replayDistrict: {
        parameters: {
            query?: {
                from?: number;
                to?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Replay"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAlarmSummary: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmSummary"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    acknowledgeAlarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcknowledgeInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmsChanged"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    unacknowledgeAlarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlarmIdsInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmsChanged"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    shelveAlarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShelveInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmsChanged"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    unshelveAlarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AlarmIdsInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmsChanged"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    takeOnAlarms: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TakeOnInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlarmsChanged"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listPlannedWork: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                current?: "true" | "false";
                subject?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlannedWorkPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    planWork: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPlannedWorkInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlannedWork"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    cancelPlannedWork: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlannedWork"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listShiftLog: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                carried?: "true" | "false";
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    writeShiftNote: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewShiftNoteInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftEntry"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getShiftFacts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftFacts"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    handOverShift: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["HandOverInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftEntry"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    acceptShift: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AcceptShiftInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftEntry"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    settleShiftEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftEntry"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    carryOnShiftEntry: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ShiftEntry"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listRules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listRuleVersions: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleVersions"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listRuleOutcomes: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleOutcomes"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    setRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleSettingBodyInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleVersions"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    restoreRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleRestoreBodyInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleVersions"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    previewRule: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: "CONT_FLOW" | "CONT_FLOW_BIG" | "BURST" | "NIGHT_MIN" | "USAGE_CHANGE" | "HOURS_CHANGE" | "PRESS_CHANGE" | "NO_USE" | "USE_INACTIVE" | "REVERSE" | "OVER" | "UNDER" | "FROZEN" | "COMMS" | "DATA_GAP" | "TAMPER" | "DRY" | "BATTERY" | "CLOCK" | "DMA_LOSS" | "PARENT_CHILD" | "PRESS_LOW" | "PRESS_HIGH" | "GAS_P_DROP" | "GAS_UFG" | "POST_REPAIR" | "FLOOR_RISE" | "INTERMITTENT" | "UNDER_REG" | "GAS_CONT" | "PRESS_RESID" | "LOAD_HIGH" | "LOAD_LOW" | "OFF_HOURS_USE" | "PEAK_LIMIT" | "BUDGET_AHEAD";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RulePreviewBodyInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulePreview"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getRulePreview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulePreview"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    cancelRulePreview: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RulePreview"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listMeters: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                q?: string;
                dma?: string;
                agent?: string;
                account?: string;
                commodity?: "water" | "gas";
                model?: string;
                purpose?: "customer" | "dma" | "station";
                status?: "good" | "late" | "silent" | "never";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getMeter: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getMeterCurve: {
        parameters: {
            query: {
                from: number;
                to: number;
                step?: "raw" | "interval" | "hour" | "day" | "month";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterCurve"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    exportMeterCurve: {
        parameters: {
            query: {
                from: number;
                to: number;
                step?: "raw" | "interval" | "hour" | "day" | "month";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A CSV file, UTF-8 with a byte order mark. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listMeterReadings: {
        parameters: {
            query?: {
                channel?: string;
                from?: number;
                to?: number;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReadingList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listIntervals: {
        parameters: {
            query: {
                from: number;
                to: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntervalList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    editIntervals: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntervalEditInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntervalList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    undoIntervalEdit: {
        parameters: {
            query: {
                from: number;
                to: number;
            };
            header?: never;
            path: {
                id: string;
                edit: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["IntervalUndoInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IntervalList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getCollection: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionReport"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listMissingReadings: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                q?: string;
                dma?: string;
                agent?: string;
                account?: string;
                commodity?: "water" | "gas";
                model?: string;
                purpose?: "customer" | "dma" | "station";
                from?: number;
                days?: number;
                to?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MissingReadings"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getCollectionDays: {
        parameters: {
            query?: {
                days?: number;
                agent?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CollectionDays"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listAgents: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listFleet: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                q?: string;
                online?: "true" | "false";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getFleetAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetAgent"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listSetAside: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                list: "dead_letter" | "quarantine" | "conflict";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsidePage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    findSetAside: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                reasonCode?: string;
                agent?: string;
                channel?: string;
                from?: number;
                to?: number;
                state?: ("open" | "settled" | "all") | ("stored" | "repeat" | "dead_letter" | "quarantine" | "conflict" | "discarded" | "rejected" | "kept_first");
            };
            header?: never;
            path: {
                list: "dead_letter" | "quarantine" | "conflict";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideEntries"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    countSetAside: {
        parameters: {
            query?: {
                state?: ("open" | "settled" | "all") | ("stored" | "repeat" | "dead_letter" | "quarantine" | "conflict" | "discarded" | "rejected" | "kept_first");
                agent?: string;
                channel?: string;
                from?: number;
                to?: number;
            };
            header?: never;
            path: {
                list: "dead_letter" | "quarantine" | "conflict";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideReasons"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getQuarantine: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuarantineView"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listSetAsideDecisions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecisions"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getSetAsideDecision: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecision"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    replaySetAside: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                list: "dead_letter" | "quarantine" | "conflict";
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: number[];
                    filter?: {
                        reasonCode?: string;
                        agent?: string;
                        channel?: string;
                        from?: number;
                        to?: number;
                    };
                    repair?: {
                        raw?: string;
                        channel?: string;
                        readAtMs?: number;
                        value?: string;
                        /** @enum {string} */
                        unit?: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                    };
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecision"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    discardDeadLetters: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: number[];
                    filter?: {
                        reasonCode?: string;
                        agent?: string;
                        channel?: string;
                        from?: number;
                        to?: number;
                    };
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecision"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    keepFirstValues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: number[];
                    filter?: {
                        reasonCode?: string;
                        agent?: string;
                        channel?: string;
                        from?: number;
                        to?: number;
                    };
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecision"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    approveChannel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    channel: string;
                    as: {
                        /** @enum {string} */
                        kind: "existing";
                        channel: string;
                        /** @enum {string} */
                        unit?: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                    } | {
                        /** @enum {string} */
                        kind: "new";
                        id?: string;
                        meter: {
                            id: string;
                        } | {
                            new: {
                                id: string;
                                /** @enum {string} */
                                commodity: "water" | "gas";
                                /**
                                 * @default customer
                                 * @enum {string}
                                 */
                                purpose?: "customer" | "dma" | "station";
                                /** @default 3600 */
                                periodS?: number;
                                /** @default  */
                                model?: string;
                                serial?: string;
                                /** Format: uuid */
                                unitId?: string;
                            };
                        };
                        /** @enum {string} */
                        quantity: "forward_total" | "reverse_total" | "net_total" | "vb_total" | "vm_total" | "flow" | "pressure" | "temperature" | "battery" | "valve" | "alarm_word";
                        /** @enum {string} */
                        unit: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                        resolution?: number;
                        /** @enum {string} */
                        sentUnit?: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                    };
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecision"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    rejectChannel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    channel: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecision"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    undoRejectChannel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    channel: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SetAsideDecision"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    findChannels: {
        parameters: {
            query: {
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ChannelMatches"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getStored: {
        parameters: {
            query: {
                channel: string;
                at: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StoredHere"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listDevices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    saveDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    profile: {
                        /** @enum {number} */
                        v: 1;
                        /** @default {} */
                        fields?: {
                            [key: string]: {
                                channel: string;
                                /** @enum {string} */
                                unit?: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                                /** @default 1 */
                                scale?: string;
                                /**
                                 * @default exact
                                 * @enum {string}
                                 */
                                rounding?: "exact" | "nearest";
                                /** @default [] */
                                missing?: string[];
                            };
                        };
                        /** @default [] */
                        ignore?: string[];
                        /** @default false */
                        arrivalTime?: boolean;
                    };
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    removeDevice: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    source: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listAgentConfigs: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentConfigPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAgentConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentConfigRow"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    saveAgentConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    config: unknown;
                    reason: string;
                    basedOn: number | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentConfigRow"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listAgentConfigVersions: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigVersionPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAgentConfigVersion: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
                agent: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigVersionContent"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    diffAgentConfigs: {
        parameters: {
            query: {
                from: number;
                to: number;
            };
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConfigChanges"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    checkAgentConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    config: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedConfig"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    goBackToAgentConfig: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    version: number;
                    reason: string;
                    basedOn: number | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentConfigRow"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listMeterProfiles: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterProfileList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getMeterProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterProfileDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    saveMeterProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    profile: unknown;
                    reason: string;
                    basedOn: number | null;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MeterProfileDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    checkMeterProfile: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    profile: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CheckedProfile"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    sendMeterProfile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    agents: {
                        site: string;
                        agent: string;
                    }[];
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentProfile"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listCommands: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                site?: string;
                agent?: string;
                kind?: "read-now" | "retry" | "valve" | "re-read" | "test-read" | "probe" | "certificate";
                state?: "approval" | "queued" | "sent" | "done" | "failed" | "expired" | "rejected" | "cancelled";
                meter?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    orderCommand: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    order: {
                        /** @enum {string} */
                        kind: "read-now";
                        bus?: string;
                        meters?: string[];
                    } | {
                        /** @enum {string} */
                        kind: "retry";
                        bus?: string;
                        meters?: string[];
                    } | {
                        /** @enum {string} */
                        kind: "re-read";
                        wanted: {
                            meter: string;
                            fromMs: number;
                            toMs: number;
                        }[];
                    } | {
                        /** @enum {string} */
                        kind: "test-read";
                        busConfig: {
                            id: string;
                            /** @enum {string} */
                            kind: "modbus-tcp";
                            host: string;
                            /** @default 502 */
                            port?: number;
                            /** @default 1000 */
                            timeoutMs?: number;
                            /** @default 0 */
                            gapMs?: number;
                            /** @default 0 */
                            settleMs?: number;
                            /** @default 1 */
                            retries?: number;
                            idleCloseMs?: number;
                            /** @default 0.02 */
                            spread?: number;
                            units: {
                                meter: string;
                                unitId: number;
                                profile: string;
                                periodS: number;
                                groups?: {
                                    [key: string]: number;
                                };
                                timeoutMs?: number;
                                retries?: number;
                                channels: {
                                    [key: string]: string;
                                };
                            }[];
                        } | {
                            id: string;
                            /** @enum {string} */
                            kind: "modbus";
                            transport: {
                                /** @enum {string} */
                                kind: "tcp";
                                host: string;
                                /** @default 502 */
                                port?: number;
                                /** @default 5000 */
                                connectTimeoutMs?: number;
                            } | {
                                /** @enum {string} */
                                kind: "serial";
                                path: string;
                                /** @default 9600 */
                                baudRate?: number;
                                /** @default 8 */
                                dataBits?: 7 | 8;
                                /**
                                 * @default none
                                 * @enum {string}
                                 */
                                parity?: "none" | "even" | "odd";
                                /** @default 1 */
                                stopBits?: 1 | 2;
                                /**
                                 * @default off
                                 * @enum {string}
                                 */
                                rts?: "off" | "while-sending";
                                /** @default false */
                                echo?: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "dial-in";
                                /** @default 127.0.0.1 */
                                host?: string;
                                port: number;
                                registration: {
                                    text: string;
                                } | {
                                    hex: string;
                                } | {
                                    imei: string;
                                } | {
                                    iccid: string;
                                };
                                heartbeat?: {
                                    text: string;
                                } | {
                                    hex: string;
                                };
                                /** @default 600 */
                                idleS?: number;
                            };
                            /**
                             * @default rtu
                             * @enum {string}
                             */
                            framing?: "tcp" | "rtu" | "ascii";
                            /** @default 1000 */
                            timeoutMs?: number;
                            /** @default 0 */
                            gapMs?: number;
                            /** @default 0 */
                            settleMs?: number;
                            /** @default 1 */
                            retries?: number;
                            idleCloseMs?: number;
                            /** @default 0.02 */
                            spread?: number;
                            units: {
                                meter: string;
                                unitId: number;
                                profile: string;
                                periodS: number;
                                groups?: {
                                    [key: string]: number;
                                };
                                timeoutMs?: number;
                                retries?: number;
                                channels: {
                                    [key: string]: string;
                                };
                            }[];
                        } | {
                            id: string;
                            /** @enum {string} */
                            kind: "opcua";
                            /** Format: starts_with */
                            endpointUrl: string;
                            /**
                             * @default {
                             *       "policy": "None"
                             *     }
                             */
                            security?: {
                                /** @enum {string} */
                                policy: "None" | "Basic256Sha256" | "Aes128_Sha256_RsaOaep" | "Aes256_Sha256_RsaPss";
                                /**
                                 * @default SignAndEncrypt
                                 * @enum {string}
                                 */
                                mode?: "Sign" | "SignAndEncrypt";
                            };
                            /**
                             * @default {
                             *       "kind": "anonymous"
                             *     }
                             */
                            identity?: {
                                /** @enum {string} */
                                kind: "anonymous";
                            } | {
                                /** @enum {string} */
                                kind: "user";
                                user: string;
                                secret: string;
                                /** @default false */
                                allowUnprotected?: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "certificate";
                                secret: string;
                            };
                            /**
                             * @default subscribe
                             * @enum {string}
                             */
                            mode?: "subscribe" | "read";
                            /** @default 1000 */
                            samplingMs?: number;
                            /** @default 1000 */
                            publishMs?: number;
                            /** @default 16 */
                            queueSize?: number;
                            periodS: number;
                            /**
                             * @default period
                             * @enum {string}
                             */
                            report?: "period" | "change";
                            /**
                             * @default source
                             * @enum {string}
                             */
                            timeFrom?: "source" | "server";
                            /** @default {} */
                            history?: {
                                /** @default 168 */
                                hours?: number;
                                /** @default 1000 */
                                valuesPerRequest?: number;
                                /** @default 200 */
                                pauseMs?: number;
                            };
                            /** @default [] */
                            items?: {
                                meter: string;
                                nodeId?: string;
                                path?: string;
                                channel: string;
                                /** @default 1 */
                                scale?: number;
                            }[];
                            /** @default [] */
                            find?: {
                                path: string;
                                /** @default $1 */
                                meter?: string;
                                /** @enum {string} */
                                quantity: "forward_total" | "reverse_total" | "net_total" | "vb_total" | "vm_total" | "flow" | "pressure" | "temperature" | "battery" | "valve" | "alarm_word";
                                /** @enum {string} */
                                unit: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                                resolution?: number;
                                /** @default 1 */
                                scale?: number;
                                reporting?: {
                                    /** @default 0 */
                                    deadband?: number;
                                    /** @default 0 */
                                    deadbandPercent?: number;
                                    /** @default 900 */
                                    heartbeatS?: number;
                                };
                            }[];
                            /** @default [] */
                            commands?: {
                                command: string;
                                meter: string;
                                nodeId?: string;
                                path?: string;
                                value: boolean | number | string;
                                /** @default true */
                                verify?: boolean;
                                confirm?: {
                                    nodeId?: string;
                                    path?: string;
                                    value: boolean | number | string;
                                    /** @default 45 */
                                    withinS?: number;
                                };
                            }[];
                            /** @default 5000 */
                            findMax?: number;
                        } | {
                            id: string;
                            /** @enum {string} */
                            kind: "cjt188";
                            transport: {
                                /** @enum {string} */
                                kind: "tcp";
                                host: string;
                                /** @default 502 */
                                port?: number;
                                /** @default 5000 */
                                connectTimeoutMs?: number;
                            } | {
                                /** @enum {string} */
                                kind: "serial";
                                path: string;
                                /** @default 2400 */
                                baudRate?: number;
                                /** @default 8 */
                                dataBits?: 7 | 8;
                                /**
                                 * @default even
                                 * @enum {string}
                                 */
                                parity?: "none" | "even" | "odd";
                                /** @default 1 */
                                stopBits?: 1 | 2;
                                /**
                                 * @default off
                                 * @enum {string}
                                 */
                                rts?: "off" | "while-sending";
                                /** @default false */
                                echo?: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "dial-in";
                                /** @default 127.0.0.1 */
                                host?: string;
                                port: number;
                                registration: {
                                    text: string;
                                } | {
                                    hex: string;
                                } | {
                                    imei: string;
                                } | {
                                    iccid: string;
                                };
                                heartbeat?: {
                                    text: string;
                                } | {
                                    hex: string;
                                };
                                /** @default 600 */
                                idleS?: number;
                            };
                            /** @default 3000 */
                            timeoutMs?: number;
                            /** @default 100 */
                            gapMs?: number;
                            /** @default 1 */
                            retries?: number;
                            /** @default 4 */
                            preamble?: number;
                            /** @default Asia/Shanghai */
                            timeZone?: string;
                            /** @default 300 */
                            clockToleranceS?: number;
                            /** @default [] */
                            dialects?: {
                                name: string;
                                model: string;
                                source: {
                                    document: string;
                                    pages: string;
                                    reference: string;
                                };
                                verified: boolean;
                                notes?: string;
                                meterType: string;
                                /** @default 1F90 */
                                readDi?: string;
                                /** @default A017 */
                                valveDi?: string;
                                /** @default true */
                                echoesSer?: boolean;
                                registers: {
                                    [key: string]: {
                                        /** @enum {string} */
                                        quantity: "forward_total" | "reverse_total" | "net_total" | "vb_total" | "vm_total" | "flow" | "pressure" | "temperature" | "battery" | "valve" | "alarm_word";
                                        at: number;
                                        bytes: number;
                                        /** @default 0 */
                                        decimals?: number;
                                        unitAt?: number;
                                        /** @enum {string} */
                                        unit?: "1" | "m3" | "Sm3" | "L" | "m3/h" | "Sm3/h" | "L/h" | "m3/s" | "kPa" | "bar" | "Cel" | "V" | "%" | "Hz" | "kg" | "kg/h";
                                    };
                                };
                                timeAt?: number;
                                status?: {
                                    at: number;
                                    open?: {
                                        mask: number;
                                        equals: number;
                                    };
                                    closed?: {
                                        mask: number;
                                        equals: number;
                                    };
                                    valveFault?: {
                                        mask: number;
                                        equals: number;
                                    };
                                    batteryLow?: {
                                        mask: number;
                                        equals: number;
                                    };
                                };
                                history?: {
                                    register: string;
                                    newest: string;
                                    /** @default 12 */
                                    months?: number;
                                    /** @default 00:00 */
                                    settlesAt?: string;
                                };
                                vectors: {
                                    frame: string;
                                    values: {
                                        [key: string]: number;
                                    };
                                    /** @default null */
                                    localTime?: string | null;
                                    /** @enum {string} */
                                    valve?: "open" | "closed" | "fault" | "unknown";
                                    batteryLow?: boolean;
                                    source: string;
                                    verified: boolean;
                                }[];
                            }[];
                            units: {
                                meter: string;
                                address: string;
                                /** @default standard-water */
                                dialect?: string;
                                periodS: number;
                                awake?: {
                                    from: string;
                                    to: string;
                                };
                                settlementDay?: number;
                                channels: {
                                    [key: string]: string;
                                };
                            }[];
                        } | {
                            id: string;
                            /** @enum {string} */
                            kind: "mbus";
                            transport: {
                                /** @enum {string} */
                                kind: "tcp";
                                host: string;
                                /** @default 502 */
                                port?: number;
                                /** @default 5000 */
                                connectTimeoutMs?: number;
                            } | {
                                /** @enum {string} */
                                kind: "serial";
                                path: string;
                                /** @default 2400 */
                                baudRate?: number;
                                /** @default 8 */
                                dataBits?: 7 | 8;
                                /**
                                 * @default even
                                 * @enum {string}
                                 */
                                parity?: "none" | "even" | "odd";
                                /** @default 1 */
                                stopBits?: 1 | 2;
                                /**
                                 * @default off
                                 * @enum {string}
                                 */
                                rts?: "off" | "while-sending";
                                /** @default false */
                                echo?: boolean;
                            } | {
                                /** @enum {string} */
                                kind: "dial-in";
                                /** @default 127.0.0.1 */
                                host?: string;
                                port: number;
                                registration: {
                                    text: string;
                                } | {
                                    hex: string;
                                } | {
                                    imei: string;
                                } | {
                                    iccid: string;
                                };
                                heartbeat?: {
                                    text: string;
                                } | {
                                    hex: string;
                                };
                                /** @default 600 */
                                idleS?: number;
                            };
                            /** @default 3000 */
                            timeoutMs?: number;
                            /** @default 100 */
                            gapMs?: number;
                            /** @default 2 */
                            retries?: number;
                            /** @default Asia/Shanghai */
                            timeZone?: string;
                            /** @default 300 */
                            clockToleranceS?: number;
                            units: {
                                meter: string;
                                address: {
                                    primary: number;
                                } | {
                                    number: string;
                                    maker?: string;
                                    version?: number;
                                    medium?: number;
                                };
                                periodS: number;
                                awake?: {
                                    from: string;
                                    to: string;
                                };
                                channels: {
                                    [key: string]: string;
                                };
                            }[];
                        } | {
                            id: string;
                            /** @enum {string} */
                            kind: "wmbus";
                            source: {
                                /** @enum {string} */
                                kind: "tcp-listen";
                                /** @default 127.0.0.1 */
                                host?: string;
                                port: number;
                            } | {
                                /** @enum {string} */
                                kind: "udp-listen";
                                /** @default 127.0.0.1 */
                                host?: string;
                                port: number;
                            } | {
                                /** @enum {string} */
                                kind: "tcp-connect";
                                host: string;
                                port: number;
                            };
                            /**
                             * @default lines
                             * @enum {string}
                             */
                            format?: "lines" | "binary";
                            keysFile?: string;
                            /**
                             * @default without-key
                             * @enum {string}
                             */
                            plain?: "without-key" | "accept" | "refuse";
                            /** @default Asia/Shanghai */
                            timeZone?: string;
                            /** @default 300 */
                            clockToleranceS?: number;
                            units: {
                                meter: string;
                                address: string;
                                periodS: number;
                                /** @enum {string} */
                                plain?: "without-key" | "accept" | "refuse";
                                channels: {
                                    [key: string]: string;
                                };
                            }[];
                        };
                        /** @default [] */
                        channels?: unknown[];
                        profiles?: {
                            [key: string]: unknown;
                        };
                    } | {
                        /** @enum {string} */
                        kind: "probe";
                        bus?: string;
                        line?: {
                            transport: {
                                /** @enum {string} */
                                kind: "tcp";
                                host: string;
                                /** @default 502 */
                                port?: number;
                                /** @default 5000 */
                                connectTimeoutMs?: number;
                            } | {
                                /** @enum {string} */
                                kind: "serial";
                                path: string;
                                /** @default 9600 */
                                baudRate?: number;
                                /** @default 8 */
                                dataBits?: 7 | 8;
                                /**
                                 * @default none
                                 * @enum {string}
                                 */
                                parity?: "none" | "even" | "odd";
                                /** @default 1 */
                                stopBits?: 1 | 2;
                                /**
                                 * @default off
                                 * @enum {string}
                                 */
                                rts?: "off" | "while-sending";
                                /** @default false */
                                echo?: boolean;
                            };
                            /**
                             * @default tcp
                             * @enum {string}
                             */
                            framing?: "tcp" | "rtu" | "ascii";
                        };
                        /** @default {} */
                        options?: {
                            /**
                             * @default [
                             *       1,
                             *       2,
                             *       3,
                             *       4,
                             *       5,
                             *       6,
                             *       7,
                             *       8,
                             *       9,
                             *       10,
                             *       11,
                             *       12,
                             *       13,
                             *       14,
                             *       15,
                             *       16,
                             *       17,
                             *       18,
                             *       19,
                             *       20,
                             *       21,
                             *       22,
                             *       23,
                             *       24,
                             *       25,
                             *       26,
                             *       27,
                             *       28,
                             *       29,
                             *       30,
                             *       31,
                             *       32
                             *     ]
                             */
                            units?: number[];
                            /** @default 500 */
                            timeoutMs?: number;
                            read?: {
                                functionCode: 3 | 4;
                                from: number;
                                to: number;
                            };
                            dial?: string;
                            earlier?: {
                                dial: string;
                                runs: {
                                    from: number;
                                    words: string;
                                }[];
                            };
                            manualAddress?: number;
                            profile?: string | {
                                [key: string]: unknown;
                            };
                            /** @default 10 */
                            everyS?: number;
                            q3M3h?: number;
                            nominalDiameterMm?: number;
                            /** @default false */
                            isGas?: boolean;
                        };
                    };
                    site?: string;
                    agent?: string;
                    /** @default  */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderedCommands"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandWithReply"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    decideDeviceCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    bus: string;
                    thumbprint: string;
                    /** @enum {string} */
                    decision: "trust" | "reject";
                    site: string;
                    agent: string;
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderedCommands"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    cancelCommand: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandWithReply"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    orderValve: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    meter: string;
                    /** @enum {string} */
                    position: "open" | "closed";
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderedCommands"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    orderProtectedValve: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    meter: string;
                    /** @enum {string} */
                    position: "open" | "closed";
                    reason: string;
                    overrideReason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OrderedCommands"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listApprovals: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                state?: "open" | "approved" | "rejected" | "expired";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getApproval: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    approveValve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @default  */
                    reason?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    rejectValve: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getEnrolment: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentOverview"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listEnrolledAgents: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                q?: string;
                standing?: "good" | "expiring" | "expired" | "revoked" | "foreign" | "password";
                sort?: "name" | "worst";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolledAgentPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listEnrolmentNotes: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                site?: string;
                agent?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentNotePage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    revokeAgent: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                site: string;
                agent: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentDone"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listEnrolmentRequests: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                state?: "held" | "approved" | "rejected";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentRequestPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    approveEnrolment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason?: string;
                } | null;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentDone"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    rejectEnrolment: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentDone"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listEnrolmentTokens: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentTokenPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    makeEnrolmentToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    site: string;
                    agent?: string;
                    hours?: number;
                    /** @default 1 */
                    uses?: number;
                    /** @default  */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MadeToken"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    withdrawEnrolmentToken: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentDone"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getEnrolmentAuthority: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthorityInfo"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getRevocationList: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The certificates that were revoked and have not expired, PEM. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    joinPlatform: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    site: string;
                    agent: string;
                    request: string;
                    pollSecret: string;
                    token?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentAnswer"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    askAboutJoining: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    secret: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentAnswer"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    renewCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    certificate: string;
                    request: string;
                    signature: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EnrolmentAnswer"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listTickets: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                state?: ("new" | "accepted" | "in_progress" | "waiting_customer" | "waiting_third" | "waiting_parts" | "resolved" | "follow_up" | "closed" | "reopened" | "cancelled" | "duplicate") | ("open" | "all");
                mine?: "true" | "false";
                kind?: "enquiry" | "fault" | "complaint" | "anomaly" | "contact";
                priority?: "P1" | "P2" | "P3" | "P4";
                account?: string;
                subject?: string;
                q?: string;
                sort?: "due" | "newest";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    moveTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketMoveInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    assignTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketAssignInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    noteOnTicket: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TicketNoteInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TicketDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAccountTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountTerms"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    setAccountTerms: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    thresholds: {
                        /** @default null */
                        deviations?: number | null;
                        /** @default null */
                        aboveHours?: number | null;
                        /** @default null */
                        belowHours?: number | null;
                        /** @default null */
                        idleM3h?: number | null;
                        /** @default null */
                        contractM3h?: number | null;
                        /** @default null */
                        contractMinutes?: number | null;
                        /** @default null */
                        contractM3Day?: number | null;
                        /** @default null */
                        monthBudgetM3?: number | null;
                    };
                    shifts: {
                        weekday: number;
                        fromMinute: number;
                        toMinute: number;
                    }[];
                    reason: string;
                    basedOn: number;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountTerms"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAccountBands: {
        parameters: {
            query: {
                from: number;
                to: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountBands"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    addAccountDays: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date */
                    from: string;
                    /** Format: date */
                    to: string;
                    /** @enum {string} */
                    kind: "shutdown" | "working";
                    /** @default  */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountTerms"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    removeAccountDays: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                dayId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountTerms"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    importAccountCalendar: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @enum {string} */
                    format: "csv" | "ics";
                    text: string;
                    /** @default false */
                    isTrial?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CalendarImport"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                mine?: "true" | "false";
                all?: "true" | "false";
                q?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getAccountCurve: {
        parameters: {
            query: {
                from: number;
                to: number;
                step?: "interval" | "hour" | "day" | "month";
                compare?: "previous";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountCurve"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    exportAccountCurve: {
        parameters: {
            query: {
                from: number;
                to: number;
                step?: "interval" | "hour" | "day" | "month";
                compare?: "previous";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A CSV file, UTF-8 with a byte order mark. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listReports: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                accountId?: string;
                state?: "ordered" | "running" | "done" | "failed";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    orderReport: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReportOrderInput"];
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportRun"];
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportRun"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getReport: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReportRun"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getReportHtml: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The report as one HTML document. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getReportCsv: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A CSV file, UTF-8 with a byte order mark. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/csv": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: never;
            header?: {
                "last-event-id"?: number;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                subject?: string;
                action?: string;
                actor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Default Response */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listJobs: {
        parameters: {
            query?: {
                limit?: number;
                cursor?: string;
                queue?: string;
                error?: string;
                state?: ("waiting" | "running" | "done" | "dead" | "cancelled") | "all";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobList"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    countJobs: {
        parameters: {
            query?: {
                state?: ("waiting" | "running" | "done" | "dead" | "cancelled") | "all";
                queue?: string;
                error?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobCount"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listJobQueues: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobQueues"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    listJobSchedules: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobSchedules"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobRow"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    retryJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobRow"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    retryJobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: string[];
                    filter?: {
                        queue?: string;
                        error?: string;
                        /**
                         * @default dead
                         * @enum {string}
                         */
                        state?: "dead" | "cancelled";
                    };
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobCount"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    cancelJobs: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    ids?: string[];
                    filter?: {
                        queue?: string;
                        error?: string;
                    };
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["JobCount"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    streamJob: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A stream of events. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getOperationsHealth: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationsHealth"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    getOperationsHistory: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HealthHistory"];
                };
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
    forgetFeedConsumer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Default Response */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
            /** @description Default Response */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApiError"];
                };
            };
        };
    };
}
