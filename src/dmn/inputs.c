/* inputs.c: facts as JSON → the typed inputs of a decision.
 * SPDX-License-Identifier: Apache-2.0 */
#include "dmn_int.h"

bool dmn_inputs_read(Arena *a, const DmnInvocable *d, const Json *object, Value *ret, Err *err)
{
    FeelEntry *entries = ARENA_ARRAY(a, FeelEntry, d->input_count);
    if (object == NULL || object->kind != JSON_OBJECT) {
        return err_set(err, FIELD_FORMAT, "the inputs must be a JSON object");
    }
    for (size_t i = 0; i < d->input_count; i++) {
        const DmnInput *in = &d->inputs[i];
        const Json *j = json_get_str(object, in->name);
        Err why = {0};
        entries[i].name = in->name;
        if (j != NULL && !feel_from_json(a, j, in->type, &entries[i].value, &why)) {
            return err_field(err, FIELD_FORMAT, str_c(a, in->name), "%.*s: %s", STR_ARG(in->name), why.text);
        }
    }
    *ret = feel_context(entries, d->input_count);
    return true;
}
