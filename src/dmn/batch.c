/* batch.c: rows in, rows out: CSV or JSON lines → the inputs of a decision → its value per row, streaming.
 * SPDX-License-Identifier: Apache-2.0 */
#include "tools_int.h"

bool tool_batch(ToolArgs *args, int *ret_status, Err *err)
{
    (void)args, (void)ret_status;
    return err_set(err, BAD_USAGE, "batch is not built yet");
}
