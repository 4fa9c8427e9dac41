/* store_pg_care.c: findings of the doctor and checks of indexes over PostgreSQL.
 * SPDX-License-Identifier: Apache-2.0 */
#include "store_pg_int.h"

/* Its own checksums guard the pages of PostgreSQL (the doctor asks for them); here the counts must agree. */
bool pg_check_indexes(Store *s, const IndexMark *events, bool *ret_ok, Err *err)
{
    (void)events;
    int64_t by_table = 0, by_index = 0;
    if (!store_int(s, "SELECT count(seq) FROM log_events", NULL, 0, &by_table, err) ||
        !store_int(s, "SELECT sum(version) FROM (SELECT max(version) AS version FROM log_events GROUP BY stream) AS t",
                   NULL, 0, &by_index, err)) {
        return false;
    }
    *ret_ok = by_table == by_index;
    return true;
}

void pg_after_erase(Store *s)
{
    Pg *p = s->conn;
    PQclear(PQexec(p->conn, "VACUUM log_person_keys"));
}

static const struct {
    const char *sql, *code, *text;
} FINDINGS[] = {
    {"SELECT count(*) FROM pg_settings WHERE name = 'fsync' AND setting = 'off'", "fsync_off",
     "fsync is off: a power cut can destroy the database."},
    {"SELECT count(*) FROM pg_settings WHERE name = 'full_page_writes' AND setting = 'off'", "full_page_writes_off",
     "full_page_writes is off: a power cut can damage pages."},
    {"SELECT count(*) FROM pg_settings WHERE name = 'synchronous_commit' AND reset_val IN ('off', 'local')",
     "synchronous_commit_off",
     "synchronous_commit is off in the settings: this program sets it for itself, other programs lose what they were told is kept."},
    {"SELECT count(*) FROM pg_settings WHERE name = 'data_checksums' AND setting = 'off'", "no_checksums",
     "Data checksums are off: a damaged disk would not be noticed (initdb --data-checksums)."},
    {"SELECT count(*) FROM pg_roles WHERE rolname = current_user AND rolsuper", "superuser",
     "The program signs in as a superuser, who can switch the guards of the log off."},
    {"SELECT count(*) FROM pg_stat_ssl WHERE pid = pg_backend_pid() AND NOT ssl AND inet_server_addr() IS NOT NULL"
     " AND host(inet_server_addr()) NOT IN ('127.0.0.1', '::1')",
     "no_tls", "The connection to the database goes over the network without TLS."},
    {"SELECT count(*) FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting = ''"
     " AND (SELECT count(*) FROM pg_stat_replication) > 0",
     "asynchronous_replicas", "There are replicas, but none is synchronous: a failover can lose acknowledged steps."},
};

void pg_doctor(Store *s, Arena *a, Json *findings)
{
    for (size_t i = 0; i < COUNT_OF(FINDINGS); i++) {
        int64_t found = 0;
        if (store_int(s, FINDINGS[i].sql, NULL, 0, &found, NULL) && found > 0) {
            Json *j = json_new_object(a);
            json_set(a, j, STR("code"), json_new_str_c(a, FINDINGS[i].code));
            json_set(a, j, STR("text"), json_new_str_c(a, FINDINGS[i].text));
            json_push(a, findings, j);
        }
    }
}
