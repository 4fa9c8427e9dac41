// PdfUa.java: papers held against PDF/UA-1 by veraPDF. SPDX-License-Identifier: Apache-2.0
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** PdfUa.java: checks each PDF against PDF/UA-1 with veraPDF: a line for each rule that a file breaks; ends with "N passed, N failed". */
public final class PdfUa {
    public static void main(String[] files) throws Exception {
        VeraGreenfieldFoundryProvider.initialise();
        PDFAFlavour flavour = PDFAFlavour.PDFUA_1;
        int passed = 0, failed = 0;
        for (String file : files) {
            try (InputStream in = new FileInputStream(new File(file));
                 PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
                 PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
                ValidationResult result = validator.validate(parser);
                Map<String, String> broken = new TreeMap<>();
                Map<String, Integer> count = new TreeMap<>();
                for (TestAssertion a : result.getTestAssertions()) {
                    if (a.getStatus() == TestAssertion.Status.FAILED) {
                        String rule = a.getRuleId().getClause() + "-" + a.getRuleId().getTestNumber();
                        broken.putIfAbsent(rule, a.getMessage() + " at " + a.getLocation().getContext());
                        count.merge(rule, 1, Integer::sum);
                    }
                }
                System.out.println((result.isCompliant() ? "ok   " : "FAIL ") + file + ": " + result.getTotalAssertions() + " checks");
                broken.forEach((rule, text) -> System.out.println("  " + rule + " (" + count.get(rule) + "): " + text));
                if (result.isCompliant() && result.getTotalAssertions() > 0) { passed++; } else { failed++; }
            }
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }
}
