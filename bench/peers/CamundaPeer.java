// CamundaPeer.java: Camunda's DMN engine (org.camunda.bpm.dmn:camunda-engine-dmn).
// SPDX-License-Identifier: Apache-2.0
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.camunda.bpm.dmn.engine.DmnDecision;
import org.camunda.bpm.dmn.engine.DmnDecisionResult;
import org.camunda.bpm.dmn.engine.DmnEngine;
import org.camunda.bpm.dmn.engine.DmnEngineConfiguration;

final class CamundaPeer {
  private static final Pattern SPACED = Pattern.compile(" name=\"([^\"]* [^\"]*)\"");
  private static final Pattern NAMELESS = Pattern.compile("<(input|inputExpression|output|inputEntry|outputEntry|literalExpression)(?=[ >])");

  private CamundaPeer() {}

  // The model as this engine wants it: each part has an id, no name has a space, and dates are untyped, since its own type for
  // them, java.util.Date, is not comparable with date() in its FEEL.
  private static String adapted(File file) {
    try {
      String xml = Files.readString(file.toPath()).replace(" typeRef=\"date\"", "");
      for (Object name : SPACED.matcher(xml).results().map(m -> m.group(1)).distinct().toArray()) {
        xml = xml.replace((String) name, plain((String) name));
      }
      AtomicInteger n = new AtomicInteger();
      return NAMELESS.matcher(xml).replaceAll(m -> m.group() + " id=\"part" + n.incrementAndGet() + "\"");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String plain(String name) {
    return name.replace(' ', '_');
  }

  public static void main(String[] args) throws Exception {
    Peer.run("Camunda", args, file -> {
      DmnEngine engine = DmnEngineConfiguration.createDefaultDmnEngineConfiguration().buildEngine();
      DmnDecision decision = engine.parseDecision(Peer.decision(file), new ByteArrayInputStream(adapted(file).getBytes(StandardCharsets.UTF_8)));
      return facts -> {
        Map<String, Object> plain = new HashMap<>();
        facts.forEach((name, value) -> plain.put(plain(name), value));
        DmnDecisionResult rows = engine.evaluateDecision(decision, plain);
        return rows.isEmpty() ? null : rows.getSingleResult().values().iterator().next();
      };
    });
  }
}
