package analyze

import "testing"

func TestLDAP(t *testing.T) { testData(t, ldapAnalyzer()) }

func FuzzLDAP(f *testing.F) {
	fuzzAnalyzer(f, ldapAnalyzer(), "ldap err=", "LDAP: error code 0x", "AcceptSecurityContext data ", "ldap (49", "ldap result: -")
}
