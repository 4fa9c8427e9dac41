// DroolsPeer.java: Drools' DMN engine (org.kie:kie-dmn-core).
// SPDX-License-Identifier: Apache-2.0
import java.util.List;
import java.util.Map;
import org.kie.api.io.Resource;
import org.kie.dmn.api.core.DMNContext;
import org.kie.dmn.api.core.DMNModel;
import org.kie.dmn.api.core.DMNRuntime;
import org.kie.dmn.core.internal.utils.DMNRuntimeBuilder;
import org.kie.internal.io.ResourceFactory;

final class DroolsPeer {
  private DroolsPeer() {}

  public static void main(String[] args) throws Exception {
    Peer.run("Drools", args, file -> {
      Resource resource = ResourceFactory.newFileResource(file);
      DMNRuntime runtime = DMNRuntimeBuilder.fromDefaults().buildConfiguration().fromResources(List.of(resource)).getOrElseThrow(RuntimeException::new);
      DMNModel model = runtime.getModels().get(0);
      String decision = Peer.decision(file);
      return facts -> {
        DMNContext context = runtime.newContext();
        facts.forEach(context::set);
        Object answer = runtime.evaluateByName(model, context, decision).getDecisionResultByName(decision).getResult();
        return answer instanceof Map<?, ?> outputs ? outputs.get("ceiling") : answer;
      };
    });
  }
}
