select count(*) from tide.advance();
