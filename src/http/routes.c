/* routes.c: every route with who may take it, in one table; tests walk it for every role.
 * SPDX-License-Identifier: Apache-2.0 */
#include "http_int.h"

static const Route ROUTES[] = {
    {METHOD_GET, "/", WHO_ANYBODY, handle_home, NULL},
    {METHOD_GET, "/sign-in", WHO_ANYBODY, handle_sign_in_page, NULL},
    {METHOD_POST, "/sign-in", WHO_ANYBODY, handle_sign_in, NULL},
    {METHOD_POST, "/sign-out", WHO_ACCOUNT, handle_sign_out, NULL},
    {METHOD_GET, "/language", WHO_ANYBODY, handle_language, NULL},
    {METHOD_GET, "/cases/*", WHO_STAFF, handle_list, NULL},
    {METHOD_GET, "/case/*", WHO_ACCOUNT, handle_case, NULL},
    {METHOD_GET, "/case/*/file/*", WHO_ACCOUNT, handle_case_file, NULL},
    {METHOD_GET, "/case/*/do/**", WHO_ACCOUNT, handle_step_form, NULL},
    {METHOD_POST, "/case/*/do/**", WHO_ACCOUNT, handle_step, NULL},
    {METHOD_GET, "/do/**", WHO_ACCOUNT, handle_step_form, NULL},
    {METHOD_POST, "/do/**", WHO_ACCOUNT, handle_step, NULL},
    {METHOD_GET, "/decision/*", WHO_ACCOUNT, handle_decision, NULL},
    {METHOD_GET, "/check", WHO_ANYBODY, handle_check, NULL},
    {METHOD_POST, "/check", WHO_ANYBODY, handle_check, NULL},
    {METHOD_GET, "/me/data", WHO_ACCOUNT, handle_my_data, NULL},
    {METHOD_GET, "/law", WHO_ANYBODY, handle_law, NULL},
    {METHOD_GET, "/law/article", WHO_ANYBODY, handle_law_article, NULL},
    {METHOD_GET, "/law/model/*", WHO_ANYBODY, handle_law_model, NULL},
    {METHOD_GET, "/log", WHO_ANYBODY, handle_log, NULL},
    {METHOD_GET, "/log/*", WHO_ANYBODY, handle_log_entry, NULL},
    {METHOD_GET, "/log/tile/**", WHO_ANYBODY, handle_tile, NULL},
    {METHOD_GET, "/contract/*", WHO_ACCOUNT, handle_contract, NULL},
    {METHOD_GET, "/contract/*/contract.pdf", WHO_ACCOUNT, handle_contract, NULL},
    {METHOD_GET, "/quota", WHO_ANYBODY, handle_quota, NULL},
    {METHOD_GET, "/quota.csv", WHO_ANYBODY, handle_quota_csv, NULL},
    {METHOD_GET, "/dashboard", WHO_STAFF, handle_dashboard, NULL},
    {METHOD_GET, "/permit/*", WHO_ACCOUNT, handle_permit, NULL},
    {METHOD_GET, "/permit/*/*", WHO_ACCOUNT, handle_permit_file, NULL},
    {METHOD_GET, "/verify", WHO_ANYBODY, handle_verify, NULL},
    {METHOD_POST, "/verify", WHO_ANYBODY, handle_verify, NULL},
    {METHOD_GET, "/status/*", WHO_ANYBODY, handle_status_list, NULL},
    {METHOD_GET, "/.well-known/jwt-vc-issuer", WHO_ANYBODY, handle_issuer, NULL},
    {METHOD_GET, "/static/**", WHO_ANYBODY, handle_static, NULL},
    {METHOD_GET, "/sw.js", WHO_ANYBODY, handle_service_worker, NULL},
    {METHOD_GET, "/offline", WHO_ANYBODY, handle_offline, NULL},
    {METHOD_GET, "/healthz", WHO_ANYBODY, handle_health, NULL},
    {METHOD_GET, "/metrics", WHO_ANYBODY, handle_metrics, NULL},
    {METHOD_POST, "/api/v1/session", WHO_ANYBODY, api_session, "Signs in and gives a bearer token."},
    {METHOD_POST, "/api/v1/commands", WHO_ACCOUNT, api_command, "Takes one step of a case. Send an Idempotency-Key."},
    {METHOD_GET, "/api/v1/steps", WHO_ACCOUNT, api_steps, "The steps you may take, on ?case= or to open a case."},
    {METHOD_GET, "/api/v1/cases", WHO_STAFF, api_list, "Cases of a ?type= in a ?state=, found by ?q=."},
    {METHOD_GET, "/api/v1/cases/*", WHO_ACCOUNT, api_case, "A case with its history."},
    {METHOD_GET, "/api/v1/decisions/*", WHO_ACCOUNT, api_decision, "A stored decision, run again, with its proof."},
    {METHOD_POST, "/api/v1/decide/*", WHO_ANYBODY, api_decide, "Decides facts under the law of a day. Nothing is kept."},
    {METHOD_GET, "/api/openapi.json", WHO_ANYBODY, api_description, "This description."},
};

const Route *http_routes(size_t *ret_count)
{
    *ret_count = COUNT_OF(ROUTES);
    return ROUTES;
}
