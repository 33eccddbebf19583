package analyze

// All returns every analyzer. The order is that in which their Conclude
// functions run: clock and oauth1 read what the others stated.
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
