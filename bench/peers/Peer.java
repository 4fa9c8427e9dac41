// Peer.java: a model of bench/dmn_models.c and its cases on an engine of the Java world: decisions per CPU second, one at a time.
// Each answer is checked against ours first. Run: bench/peers/run.sh.
// SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

final class Peer {
  private static final int ROUNDS = 5;

  private Peer() {}

  private static Object value(String kind, String text) {
    return switch (kind) {
      case "number" -> new BigDecimal(text);
      case "boolean" -> Boolean.valueOf(text);
      case "date" -> LocalDate.parse(text);
      default -> text;
    };
  }

  // name, MODEL, CASES, our rate; `load` makes of the model's file what decides a case and gives the answer, or null.
  static void run(String name, String[] args, Function<File, Function<Map<String, Object>, Object>> load) throws Exception {
    List<String> lines = Files.readAllLines(Path.of(args[1]));
    String[] head = lines.get(0).split("\t");
    List<Map<String, Object>> cases = new ArrayList<>();
    List<String> answers = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split("\t");
      Map<String, Object> facts = new HashMap<>();
      for (int i = 0; i + 1 < head.length; i++) {
        String[] input = head[i].split(":");
        facts.put(input[0], value(input[1], cells[i]));
      }
      cases.add(facts);
      answers.add(cells[head.length - 1]);
    }
    Function<Map<String, Object>, Object> decide;
    try {
      decide = load.apply(new File(args[0]));
    } catch (RuntimeException e) {
      System.out.printf("%s: left out (%s)%n", name, e.getMessage().split("\n")[0]);
      return;
    }
    int wrong = 0;
    for (int i = 0; i < cases.size(); i++) {
      wrong += String.valueOf(decide.apply(cases.get(i))).equals(answers.get(i)) ? 0 : 1;
    }
    double[] rates = new double[ROUNDS];
    for (int round = -3; round < ROUNDS; round++) { // the first three warm up
      long from = cpu(), until = System.nanoTime() + 1_000_000_000L, n = 0;
      for (; System.nanoTime() < until; n++) {
        decide.apply(cases.get((int) (n % cases.size())));
      }
      if (round >= 0) {
        rates[round] = n / ((cpu() - from) / 1e9);
      }
    }
    Arrays.sort(rates);
    double ours = args.length > 2 && !args[2].isEmpty() ? Double.parseDouble(args[2]) : 0;
    System.out.printf("%s: %.0f decisions per CPU second, %d of %d answers differ%s%n", name, rates[ROUNDS / 2], wrong, cases.size(),
        ours > 0 ? String.format(", ours is %.0f times as fast", ours / rates[ROUNDS / 2]) : "");
  }

  // The decision that is asked: the model's last.
  static String decision(File model) {
    try {
      String text = Files.readString(model.toPath());
      int from = text.lastIndexOf("<decision id=\"") + "<decision id=\"".length();
      return text.substring(from, text.indexOf('"', from));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long cpu() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }
}
