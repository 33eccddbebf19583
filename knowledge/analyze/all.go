package analyze

// All returns every analyzer. Conclude functions run in this order, after all
// records: oauth1, oauth2 and clock combine what the others stated.
func All() []Analyzer {
	return []Analyzer{
		productAnalyzer(),
		httpAnalyzer(),
		urlAnalyzer(),
		networkAnalyzer(),
		entraAnalyzer(),
		ldapAnalyzer(),
		tlsAnalyzer(),
		tokenKindAnalyzer(),
		bearerAnalyzer(),
		oauth2Analyzer(),
		jwtAnalyzer(),
		samlAnalyzer(),
		oauth1Analyzer(),
		clockAnalyzer(),
	}
}
