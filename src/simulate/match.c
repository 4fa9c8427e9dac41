/* match.c: the month's applications of employers, ranked under the caps of the quota's parts by the room that ranks
 * real ones.
 * SPDX-License-Identifier: Apache-2.0 */
#include "simulate_int.h"

#include "match/match.h"

enum { MOST_UNITS = 5, MOST_POINTS = 100 };

bool sim_match(Arena *scratch, const SimModel *m, SimRandom *r, uint32_t places, uint32_t *ret, Err *err)
{
    uint64_t wanted = (uint64_t)places * m->asked_ppm / SIM_MILLION, share = 0, before = 0;
    MatchCell cells[SIM_MAX_CELLS + 1] = {{.parent = MATCH_NONE, .cap = places}};
    MatchTree tree = {.cells = cells, .count = m->cell_count + 1};
    MatchApplication *apps = ARENA_ARRAY(scratch, MatchApplication, wanted + 1);
    MatchLedger *ledger;
    MatchRanking ranking;
    uint32_t count = 0;
    for (uint32_t i = 0; i < m->cell_count; i++) {
        share += m->cells[i];
        uint64_t until = share * places / SIM_MILLION;
        cells[i + 1] = (MatchCell){.parent = 0, .cap = (uint32_t)(until - before)};
        before = until;
    }
    for (uint64_t asked = 0; asked < wanted; count++) {
        uint32_t at = sim_below(r, SIM_MILLION), cell = 0;
        for (uint64_t sum = m->cells[0]; at >= sum && cell + 1 < m->cell_count; sum += m->cells[cell]) {
            cell++;
        }
        apps[count] = (MatchApplication){.id = count,
                                         .units = 1 + sim_below(r, MOST_UNITS),
                                         .cell = cell + 1,
                                         .points = sim_below(r, MOST_POINTS),
                                         .ticket = sim_next(r)};
        asked += apps[count].units;
    }
    *ret = 0;
    if (count == 0) {
        return true;
    }
    if (!match_ledger_new(scratch, &tree, &ledger, err) ||
        !match_rank(scratch, ledger, apps, count, false, &ranking, err)) {
        return false;
    }
    *ret = match_ledger_held(ledger, 0);
    return true;
}
